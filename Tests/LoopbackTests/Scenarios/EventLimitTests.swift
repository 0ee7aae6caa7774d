// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// The largest event, to the byte.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct EventLimitTests {
    private static let most = 6_291_456
    private static let mostAsynchronous = 1_048_576

    /// A script that answers with the event's size, in an event of that size.
    private static func event(bytes: Int) -> [UInt8] {
        let start = #"{"do":[["size"]],"pad":""#
        return Array("\(start)\(String(repeating: "x", count: bytes - start.utf8.count - 2))\"}".utf8)
    }

    private static func expectRefusal(_ reply: RawReply, type: String, limit: Int) {
        #expect(reply.status == 413, "\(reply)")
        #expect(reply["x-amzn-errortype"] == ["RequestTooLargeException"])
        #expect(reply["content-type"] == ["application/json"])
        #expect(reply["x-amzn-requestid"].count == 1)
        let object = reply.object ?? [:]
        #expect(object.keys.sorted() == ["Type", "message"], "the model has a small m: \(reply)")
        #expect(object["Type"] == "User")
        let text = "\(limit + 1) byte payload is too large for the \(type) invocation type (limit \(limit) bytes)"
        #expect(object["message"] == text)
    }

    @Test(arguments: [CallKind.invoke, .stream], [true, false])
    func anInvocationTakesSixMebibytes(kind: CallKind, isChunked: Bool) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let largest = try await lambda.call(kind, body: Self.event(bytes: Self.most), isChunked: isChunked)
            #expect(largest.status == 200)
            #expect((kind == .stream ? try largest.eventStream().text : largest.text) == "\(Self.most)")
            let refused = try await lambda.call(kind, body: Self.event(bytes: Self.most + 1), isChunked: isChunked)
            Self.expectRefusal(refused, type: "RequestResponse", limit: Self.most)
            #expect(lambda.log.reports.count <= 1, "no function saw it")
        }
    }

    @Test func anAsynchronousOneTakesOneMebibyte() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let type = ["X-Amz-Invocation-Type: Event"]
            let event = Self.event(bytes: Self.mostAsynchronous)
            let accepted = try await lambda.call(.invoke, fields: type, body: event)
            #expect(accepted.status == 202)
            #expect(accepted.body == [])
            _ = try await lambda.log.reports(atLeast: 1)
            let larger = Self.event(bytes: Self.mostAsynchronous + 1)
            let refused = try await lambda.call(.invoke, fields: type, body: larger)
            Self.expectRefusal(refused, type: "Event", limit: Self.mostAsynchronous)
            // The same event is none too many for a caller who waits.
            #expect(try await lambda.call(.invoke, body: larger).text == "\(Self.mostAsynchronous + 1)")
        }
    }

    /// What counts is the event that is made of a request, not the request.
    @Test(arguments: [("text/plain", UInt8(ascii: "x"), 6_000_000), ("application/octet-stream", 0xFF, 4_600_000)])
    func aFunctionURLMeasuresTheWholeEvent(type: String, byte: UInt8, probe: Int) async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            let call = { (count: Int) in
                let body = [UInt8](repeating: byte, count: count)
                return try await lambda.call(.functionURL, path: "/size", fields: ["Content-Type: \(type)"], body: body)
            }
            // A body of three bytes more is three bytes more of text, or four of base64.
            let isText = byte < 0x80
            let probed = try #require(Int(try await call(probe).text))
            let room = Self.most - probed
            let count = isText ? probe + room : probe + room / 4 * 3
            let largest = try await call(count)
            #expect(largest.status == 200)
            let size = try #require(Int(largest.text))
            #expect(size <= Self.most && size > Self.most - 4, "\(size)")
            if isText { #expect(size == Self.most) }
            let refused = try await call(count + (isText ? 1 : 3))
            #expect(refused.status == 413)
            #expect(refused["x-amzn-errortype"] == ["RequestTooLargeException"])
        }
    }
}
