// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation

/// A folder for the length of a closure, with a file in it.
struct TemporaryFile: Sendable {
    let folder: URL
    let bytes: [UInt8]

    var url: URL { self.folder.appending(path: "file.bin") }
    var path: String { self.url.path }

    static func with<Result>(
        bytes count: Int,
        _ body: (TemporaryFile) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-file-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // No two blocks are alike, so that a part from the wrong place is seen.
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ $0 >> 16) }
        let file = TemporaryFile(folder: folder, bytes: bytes)
        try Data(bytes).write(to: file.url)
        return try await body(file)
    }
}
