// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The program of an external extension, which registers under its file's name.
struct ExtensionFile: Hashable, Sendable {
    let name: String
    let path: String

    /// Every file of these folders, as Lambda starts every file of `/opt/extensions`, in the order of their names. Of two
    /// with the same name the one in the later folder counts, as with layers. What is hidden is none: file managers put
    /// such files anywhere.
    static func all(in folders: [String]) -> [Self] {
        var paths: [String: String] = [:]
        for folder in folders {
            for name in FolderContents.names(in: folder) where !name.hasPrefix(".") {
                let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
                var facts = stat()
                // What is not there any more, as the end of a link, is tried: its failure says more than silence.
                if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { continue }
                paths[name] = path
            }
        }
        return paths.map { Self(name: $0, path: $1) }.sorted { $0.name < $1.name }
    }
}
