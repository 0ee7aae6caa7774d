// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Folders whose content a function's processes see at `/opt`, those that come later over those before.
///
/// (Lambda Developer Guide, "Managing Lambda dependencies with layers".) What the machine itself has in `/opt` stays
/// visible below them, since compilers and interpreters are kept there.
struct Layers: Sendable {
    static let place = "/opt"

    /// Absolute paths, the lowest first.
    let folders: [String]

    /// What is at a path when the layers are in place. Links are followed within a layer only: what one of them leads to
    /// elsewhere is not known before.
    func file(at path: String) -> String? {
        guard path.hasPrefix(Self.place + "/") else { return nil }
        let name = path.dropFirst(Self.place.count)
        for folder in self.folders.reversed() {
            var facts = stat()
            if lstat(folder + name, &facts) == 0 { return folder + name }
        }
        return nil
    }

    /// Names in a folder of the layers, such as `/opt/extensions`.
    func names(in path: String) -> Set<String> {
        let name = path.dropFirst(Self.place.count)
        return Set(self.folders.flatMap { FolderContents.names(in: $0 + name) })
    }
}

extension FunctionConfiguration {
    /// `nil` for a function without any.
    var layers: Layers? { self.layerFolders.isEmpty ? nil : Layers(folders: self.layerFolders) }

    /// A package without a `bootstrap` has that of its layers. (Lambda Developer Guide, "Building a custom runtime".)
    var startCommand: [String] {
        let ofLayers = Layers.place + "/bootstrap"
        guard self.command == [self.workingDirectory + "/bootstrap"], access(self.command[0], F_OK) != 0,
            self.layers?.file(at: ofLayers) != nil
        else { return self.command }
        return [ofLayers]
    }
}
