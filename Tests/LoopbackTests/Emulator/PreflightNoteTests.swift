// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

/// A browser tells a page's author that a preflight was refused, but not why: the log does.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct PreflightNoteTests {
    private static let page = "http://localhost:5173"

    private func notes(origin: String, method: String, headers: String? = nil) async throws -> [String] {
        var function = try ScriptedFunction.configuration()
        var cors = CORSConfiguration()
        cors.allowOrigins = [Self.page]
        cors.allowMethods = ["GET", "PUT"]
        cors.allowHeaders = ["x-own"]
        function.cors = cors
        return try await LocalLambda.run(function) { lambda in
            try await withRawClient(port: lambda.addresses.functionURLs[0].port) { client in
                let names = headers.map { "Access-Control-Request-Headers: \($0)\r\n" } ?? ""
                try await client.send(
                    "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: \(origin)\r\n"
                        + "Access-Control-Request-Method: \(method)\r\n\(names)\r\n"
                )
                let line = try await client.read(until: "\r\n")
                #expect(line.hasPrefix("HTTP/1.1 200 "), "\(line)")
            }
            // The line of the request comes behind the note.
            try await lambda.log.wait(for: 1, "the request") { if case .request = $0 { true } else { false } }
            return lambda.log.all.compactMap { if case .note(let text) = $0.kind { text } else { nil } }
        }
    }

    @Test func saysWhatIsNotAllowed() async throws {
        #expect(
            try await self.notes(origin: "http://localhost:5174", method: "PUT") == [
                "refused the preflight of a page: its origin http://localhost:5174 is not in AllowOrigins (\(Self.page))"
            ]
        )
        #expect(
            try await self.notes(origin: Self.page, method: "PATCH") == [
                "refused the preflight of a page: its method PATCH is not in AllowMethods (GET, PUT)"
            ]
        )
        #expect(
            try await self.notes(origin: Self.page, method: "PUT", headers: "x-own,X-Other") == [
                "refused the preflight of a page: its header x-other is not in AllowHeaders (x-own)"
            ]
        )
        #expect(try await self.notes(origin: Self.page, method: "PUT", headers: "x-own").isEmpty)
    }
}
