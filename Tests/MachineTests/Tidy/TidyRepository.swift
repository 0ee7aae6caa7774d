// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// The files of this repository: what git tracks, and what it would take up with the next `git add`.
enum TidyRepository {
    static func files() async throws -> [TidyFile] {
        try await self.loaded.value
    }

    /// Read once for all rules.
    private static let loaded = Task { try await Self.load() }

    private static func load() async throws -> [TidyFile] {
        let modes = try await self.modesInGit()
        let paths = try await self.pathsInGit() ?? self.pathsInFolder()
        return paths.compactMap { path in
            guard let data = try? Data(contentsOf: RepositoryRoot.url(path)) else { return nil }
            let onDisk = FileManager.default.isExecutableFile(atPath: RepositoryRoot.url(path).path)
            return TidyFile(
                path,
                String(decoding: data, as: UTF8.self),
                isExecutable: modes[path] ?? onDisk,
                byteCount: data.count
            )
        }
    }

    private static func git(_ arguments: String...) async throws -> [Substring]? {
        // Whoever owns a checkout in a container is often not who runs the tests in it.
        let arguments = ["-c", "safe.directory=*"] + arguments
        let result = try? await runProgram("git", arguments, directory: RepositoryRoot.url.path)
        guard let result, result.exit == .code(0) else { return nil }
        return result.outputText.split(separator: "\0")
    }

    private static func pathsInGit() async throws -> [String]? {
        try await self.git("ls-files", "-z", "--cached", "--others", "--exclude-standard")?.map(String.init)
    }

    /// What git would give to others, which a file system without modes does not know.
    private static func modesInGit() async throws -> [String: Bool] {
        // "100755 <object> <stage>\t<path>"
        let entries = try await self.git("ls-files", "-z", "--stage") ?? []
        let modes = entries.compactMap { entry in
            entry.split(separator: "\t", maxSplits: 1).last.map { (String($0), entry.hasPrefix("100755")) }
        }
        return Dictionary(modes) { first, _ in first }
    }

    /// An export without `.git`.
    private static func pathsInFolder() -> [String] {
        let root = RepositoryRoot.url.path
        guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
        var paths: [String] = []
        for case let path as String in walk {
            if path.hasPrefix(".build") || path.contains("/.build") || path.hasPrefix(".git/")
                || path.hasPrefix(".swiftpm")
            {
                continue
            }
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder), !isFolder.boolValue {
                paths.append(path)
            }
        }
        return paths
    }
}
