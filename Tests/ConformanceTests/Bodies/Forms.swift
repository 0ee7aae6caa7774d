// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// The function whose routes are forms of a body; its source is in `Tests/Fixtures`.
enum Forms {
    /// Serves it with `sluice serve`.
    static func with<Result>(
        file: [UInt8] = [],
        _ body: (SluiceProcess, _ filePath: String) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-forms-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "file.bin").path
        try Data(file).write(to: URL(filePath: path))
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        let arguments = ["--invoke-mode", "RESPONSE_STREAM", "--timeout", "600"]
        return try await withSluice(functions: ["\(FixtureFunction.name)='\(program)' forms '\(path)'"], arguments) {
            try await body($0, path)
        }
    }
}
