// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// Programs in Python that stand beside this file: they share no code with what they test.
enum Fixture: String {
    /// A function and its runtime.
    case runtime
    /// boto3, driven line by line.
    case boto
    /// `http.client`, driven line by line.
    case httpClient = "http_client"
    /// Chromium, driven line by line.
    case browser
    /// A server over TLS.
    case tls
    /// The event models of AWS's Powertools.
    case events
    /// The rules of the embedded metric format, by jsonschema.
    case emf
    /// Handlers for AWS's own runtime client.
    case handlers
    /// A stand-in for the APIs that create functions.
    case aws

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path

    var path: String { "\(Self.folder)/\(self.rawValue).py" }
}

enum Python {
    /// The interpreter itself: what lies in `PATH` may be a script that looks for it, which takes its time.
    static func interpreter() async throws -> String {
        try await self.found.value
    }

    private static let found = Task {
        let result = try await runProgram(
            try Tools.path(of: .python3),
            ["-I", "-S", "-c", "import sys; print(sys.executable)"]
        )
        return result.outputText.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension String {
    /// Each byte as a character from U+0000 to U+00FF, as the fixtures write bytes.
    init(latin1 bytes: some Sequence<UInt8>) {
        self.init(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    }
}

/// A value as JSON.
func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
