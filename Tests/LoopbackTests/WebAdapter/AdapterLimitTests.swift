// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// Bodies of exactly the size that Lambda takes, and of one byte more, in both directions and both forms of a body.
@Suite(.timeLimit(.minutes(10)), .requires(.python3), .takesTurns) struct AdapterLimitTests {
    /// How a body of a content type stands in an event, or in a buffered answer.
    enum Form: String, CaseIterable, Sendable {
        case text = "text/plain"
        case base64 = "application/octet-stream"

        func encodedBytes(_ count: Int) -> Int { self == .text ? count : (count + 2) / 3 * 4 }
        func largestBody(in bytes: Int) -> Int { self == .text ? bytes : bytes / 4 * 3 }
    }

    @Test(arguments: Form.allCases)
    func theLargestRequestPassesAndOneByteMoreIsRefused(form: Form) async throws {
        try await AdaptedApplication.run { app async throws in
            let url = app.lambda.addresses.functionURL(port: app.lambda.addresses.functionURLs[0].port)
            let body = { @Sendable in form == .text ? TestBytes.letters($0) : TestBytes.ascending($0) }
            let post = { @Sendable (bytes: Int) in
                try await BytewiseReply(
                    to: "/mirror",
                    at: String(url.dropLast()),
                    posting: body(bytes),
                    as: form.rawValue
                )
            }
            // Of an event that is refused the log says how large it was, and so how much of it is not the body.
            let limit = Limits.maximumRequestBytes
            let tooLarge = form.largestBody(in: limit)
            #expect(try await post(tooLarge).head.status == 413)
            let note = try await app.lambda.log.note(" bytes was refused")
            let eventBytes = try #require(note.firstMatch(of: #/an event of (\d+) bytes/#).flatMap { Int($0.1) })
            let largest = form.largestBody(in: limit - (eventBytes - form.encodedBytes(tooLarge)))
            let passed = try await post(largest)
            #expect(passed.head.status == 200 && passed.body == body(largest), "\(passed.body)")
            #expect(try await post(largest + 1).head.status == 413)
        }
    }

    @Test(arguments: Form.allCases)
    func theLargestBufferedAnswerPassesAndOneByteMoreFails(form: Form) async throws {
        try await AdaptedApplication.run(mode: "buffered") { app async throws in
            let target = { (bytes: Int) in "/big?type=\(form.rawValue)&bytes=\(bytes)" }
            let event =
                #"{"version":"2.0","rawPath":"/big","rawQueryString":"type=\#(form.rawValue)&bytes=3","headers":{},"#
                + #""requestContext":{"http":{"method":"GET","path":"/big","sourceIp":"1.2.3.4"}}}"#
            let small = try await app.invoke(ByteBuffer(string: event))
            let rest = small.utf8.count - form.encodedBytes(3)
            let largest = form.largestBody(in: Limits.maximumBufferedResponseBytes - rest)
            let passed = try await app.get(target(largest))
            #expect(passed.status == 200 && passed.body.utf8.count == largest)
            #expect(try await app.get(target(largest + 1)).status == 502)
            let failure = try await app.lambda.log.first("a failed invocation") {
                if case .invocationFailed(_, let type, _) = $0 { type } else { nil }
            }
            #expect(failure == "Function.ResponseSizeTooLarge")
        }
    }
}
