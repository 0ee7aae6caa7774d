// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import Sluice
import TestSupport
import Testing

/// Errors that say themselves what is told of them, wherever they are thrown.
@Suite struct ReportedErrorTests {
    private struct OutOfStock: ReportedError {
        let errorType = "Shop.OutOfStock"
        let errorMessage = "there is no \"tea\" left"
        let stackTrace = ["0x1 in brew()", "0x2 in main"]
    }

    private struct Plain: ReportedError, CustomStringConvertible {
        let description = "said by its description"
    }

    private struct Odd: ReportedError {
        let errorType = "two\r\nlines é"
    }

    private static let report =
        #"{"errorType":"Shop.OutOfStock","errorMessage":"there is no \"tea\" left","#
        + #""stackTrace":["0x1 in brew()","0x2 in main"]}"#

    private static func post(of function: LambdaFunction) async throws -> (head: String, body: String) {
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            return try await connection.readWhole()
        }
    }

    @Test func thrownByTheHandler() async throws {
        let (head, body) = try await Self.post(of: LambdaFunction { _, _ in throw OutOfStock() })
        #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: Shop.OutOfStock\r\n"))
        #expect(body == Self.report)
    }

    @Test func thrownByTheBody() async throws {
        let function = LambdaFunction { _, _ in .stream { _ in throw OutOfStock() } }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(
                try await connection.readStream().trailers == [
                    "Lambda-Runtime-Function-Error-Type: Shop.OutOfStock",
                    "Lambda-Runtime-Function-Error-Body: \(Data(Self.report.utf8).base64EncodedString())",
                ]
            )
        }
    }

    @Test func thrownInSetUp() async throws {
        let function = LambdaFunction(setUp: { _ in throw OutOfStock() }) { (_: Int, event, _) in .bytes(event) }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/init/error "))
            #expect(body == Self.report)
        }
    }

    @Test func whatItDoesNotSayIsAsOfAnyError() async throws {
        let (head, body) = try await Self.post(of: LambdaFunction { _, _ in throw Plain() })
        #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: Function.Plain\r\n"))
        #expect(body == #"{"errorType":"Function.Plain","errorMessage":"said by its description"}"#)
    }

    @Test func aTypeCannotSplitAHead() async throws {
        let (head, body) = try await Self.post(of: LambdaFunction { _, _ in throw Odd() })
        #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: two??lines???\r\n"), "\(head)")
        #expect(body.hasPrefix(#"{"errorType":"two\r\nlines é","#))
    }
}
