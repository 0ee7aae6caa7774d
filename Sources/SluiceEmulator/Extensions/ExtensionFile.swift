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
    ///
    /// Those of layers are run at `/opt/extensions`, where the layers are; a folder's own wins over them.
    static func all(in folders: [String], layers: Layers?) -> [Self] {
        var paths: [String: String] = [:]
        let place = Layers.place + "/extensions"
        for name in layers?.names(in: place) ?? [] where !name.hasPrefix(".") {
            let path = place + "/" + name
            if let file = layers?.file(at: path), !self.isFolder(file) { paths[name] = path }
        }
        for folder in folders {
            for name in FolderContents.names(in: folder) where !name.hasPrefix(".") {
                let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
                if !self.isFolder(path) { paths[name] = path }
            }
        }
        return paths.map { Self(name: $0, path: $1) }.sorted { $0.name < $1.name }
    }

    /// What is not there any more, as the end of a link, is tried: its failure says more than silence.
    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
