// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport

/// Folders that are layers, with executable files in them.
struct LayerFixture {
    let base: URL

    static func with<Result>(_ body: (LayerFixture) async throws -> Result) async throws -> Result {
        // Links followed, as those of a temporary folder may be.
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "sluice-layers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: base) }
        return try await body(LayerFixture(base: base))
    }

    /// A layer with these files, by their paths in it.
    func layer(_ name: String, _ files: [String: String]) throws -> String {
        let folder = self.base.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (path, content) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(content.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        return folder.path
    }

    /// A script that becomes the scripted runtime.
    static var runtime: String {
        get throws {
            let words = try ScriptedFunction.command.map { "'\($0)'" }.joined(separator: " ")
            return "#!/bin/sh\nexec \(words)\n"
        }
    }

    /// A function whose `shell` line is run with its layers before it becomes the scripted runtime.
    static func function(_ layers: [String], saying shell: String) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration()
        function.command = ["/bin/sh", "-c", "\(shell); exec \"$@\"", "sh"] + function.command
        function.layerFolders = layers
        return function
    }

    static func function(_ layers: [String]) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration()
        function.layerFolders = layers
        return function
    }
}

extension LocalLambda.Log {
    func printed(_ line: String) async throws {
        try await self.first("the line \(line)") { if case .output(_, line) = $0 { () } else { nil } }
    }
}
