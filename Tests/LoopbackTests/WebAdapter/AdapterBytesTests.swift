// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Bodies byte for byte, as the application alone and as the application behind the adapter sends and gets them.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterBytesTests {
    /// Also where the content type says that they are text, which they are not.
    @Test(arguments: ["response_stream", "buffered"], ["application/octet-stream", "image/png", "text/plain"])
    func allBytesOfAnAnswerArrive(mode: String, type: String) async throws {
        try await AdapterCorpusTests.withBoth(mode) { straight, throughLambda in
            for count in [0, 1, 256, 65_537, 1_000_001] {
                let target = "/binary?bytes=\(count)&type=\(type)"
                let expected = TestBytes.ascending(count)
                let there = try await BytewiseReply(to: target, at: straight)
                let here = try await BytewiseReply(to: target, at: throughLambda)
                #expect(there.body == expected, "\(target): \(there.body)")
                #expect(here.body == expected, "\(target): \(here.body)")
                #expect(here.head.status == 200 && here.head.end == .complete, "\(target)")
                #expect(here.head.fields[.contentType] == type, "\(target)")
            }
        }
    }

    @Test(arguments: ["response_stream", "buffered"])
    func allBytesOfARequestArrive(mode: String) async throws {
        try await AdapterCorpusTests.withBoth(mode) { straight, throughLambda in
            for count in [1, 255, 65_537, 3_000_001] {
                for (type, sent) in [
                    ("application/octet-stream", TestBytes.ascending(count)), ("text/plain", TestBytes.letters(count)),
                ] {
                    let there = try await BytewiseReply(to: "/mirror", at: straight, posting: sent, as: type)
                    let here = try await BytewiseReply(to: "/mirror", at: throughLambda, posting: sent, as: type)
                    #expect(there.body == sent && here.body == sent, "\(count) of \(type): \(here.body)")
                }
            }
        }
    }

    /// Lambda's own fields, and the length, which is that of a body that does not come.
    @Test(arguments: ["response_stream", "buffered"])
    func theAnswerToAHeadIsThatOfTheApplicationAlone(mode: String) async throws {
        try await AdapterCorpusTests.withBoth(mode) { straight, throughLambda in
            for target in ["/status/200", "/status/201", "/status/204", "/status/304", "/status/404", "/early"] {
                let sent = AdapterCorpusTests.Sent(method: .head, target: target)
                let there = try await AdapterCorpusTests.reply(to: sent, at: straight)
                let here = try await AdapterCorpusTests.reply(to: sent, at: throughLambda)
                #expect(here.status == there.status && here.body.isEmpty && there.body.isEmpty, "\(target): \(here)")
                let fields = AdapterCorpusTests.fields(of: here, mode)
                #expect(!fields.isEmpty && fields == AdapterCorpusTests.fields(of: there, mode), "\(target)")
            }
        }
    }
}
