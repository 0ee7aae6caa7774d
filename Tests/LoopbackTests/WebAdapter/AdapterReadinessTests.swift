// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Applications that are late, or somewhere else.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterReadinessTests {
    /// It is no sign that anybody listens, and most servers do not start where it lies.
    @Test func aSocketFileOfAnEarlierProcessIsNotTakenForTheApplication() async throws {
        let path = "/tmp/sluice-\(UInt64.random(in: 0 ... .max)).sock"
        defer { unlink(path) }
        let program = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
        let result = try await runProgram(try Tools.path(of: .python3), ["-c", program, path])
        try #require(result.exit == .code(0), "\(result)")
        try #require(FileManager.default.fileExists(atPath: path))
        let gate = try await Gate.open()
        let variables = ["SLUICE_ADAPTER_SOCKET": path, "APP_SOCKET": path, "APP_GATE": "\(gate.port)"]
        try await AdaptedApplication.run(variables: variables) { app async throws in
            async let seen = app.seen("/x?y")
            try await gate.wait()
            #expect(app.lambda.log.count { if case .initFinished = $0 { true } else { false } } == 0)
            await gate.release()
            #expect(try await seen.target == "/x?y")
        }
    }
}
