// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import SluiceCLI

/// Lines of the adapter and of its application where logs are JSON.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterLogTests {
    private static let json = ["AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"]

    private func members(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }

    @Test func theAdaptersLinesOfARequestCarryItsID() async throws {
        try await AdaptedApplication.run(variables: Self.json) { app async throws in
            for _ in 1...2 {
                let reply = try await app.get("/echo")
                let id = try #require(reply.fields[HTTPField.Name("x-amzn-requestid")!])
                let line = try await app.line(#""requestId":"\#(id)""#)
                let members = try self.members(line)
                #expect(members["requestId"] as? String == id && members["logger"] as? String == "sluice-adapter")
                #expect(members["level"] as? String == "DEBUG" && members["timestamp"] is String)
            }
        }
    }

    /// They pass as they are; the id is in a field of the request.
    @Test func theApplicationsOwnLinesCarryTheIDThatItWasTold() async throws {
        try await AdaptedApplication.run(variables: Self.json) { app async throws in
            let reply = try await app.get("/log")
            let id = try #require(reply.fields[HTTPField.Name("x-amzn-requestid")!])
            let line = try await app.line("handled by the application")
            #expect(line == #"{"requestId": "\#(id)", "message": "handled by the application"}"#)
        }
    }

    @Test func linesBeforeAnyRequestAreJSONToo() async throws {
        try await AdaptedApplication.run(variables: Self.json.merging(["AWS_LWA_INVOKEMODE": "x"]) { $1 }) {
            app async throws in
            #expect(try await app.get("/echo").status == 200)
            let members = try self.members(try await app.line("did you mean"))
            #expect(members["level"] as? String == "WARN" && members["requestId"] == nil)
        }
    }
}
