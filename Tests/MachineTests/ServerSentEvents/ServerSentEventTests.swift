// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceWire
import TestSupport
import Testing

@Suite struct ServerSentEventTests {
    private func text(_ event: ServerSentEvent) throws -> String {
        var bytes = ByteBuffer()
        try event.write(to: &bytes)
        return String(buffer: bytes)
    }

    private func comment(_ text: String) -> String {
        var bytes = ByteBuffer()
        ServerSentEvent.writeComment(text, to: &bytes)
        return String(buffer: bytes)
    }

    @Test func writesTheFieldsAndAnEmptyLine() throws {
        #expect(try self.text(ServerSentEvent(data: .text("hello"))) == "data: hello\n\n")
        let event = ServerSentEvent(data: .text("é"), event: "tick", id: "7", retry: .seconds(3))
        #expect(try self.text(event) == "event: tick\nid: 7\nretry: 3000\ndata: é\n\n")
    }

    @Test(
        arguments: [
            ("", "data: \n\n"),
            ("a\nb", "data: a\ndata: b\n\n"),
            ("a\rb", "data: a\ndata: b\n\n"),
            ("a\r\nb", "data: a\ndata: b\n\n"),
            ("a\n\rb", "data: a\ndata: \ndata: b\n\n"),
            ("\r\r\n\n", "data: \ndata: \ndata: \ndata: \n\n"),
            ("a\n", "data: a\ndata: \n\n"),
            (" a:b", "data:  a:b\n\n"),
        ]
    )
    func writesALineOfDataForEachLine(_ data: String, _ expected: String) throws {
        #expect(try self.text(ServerSentEvent(data: .text(data))) == expected)
        #expect(try self.text(ServerSentEvent(data: .bytes(ByteBuffer(string: data)))) == expected)
    }

    @Test func writesNothingOfAnEventThatCannotBe() {
        let data = ServerSentEvent.Payload.text("x")
        let impossible: [(ServerSentEvent, ServerSentEventError)] = [
            (ServerSentEvent(data: data, event: "a\nb"), .lineBreakInEvent),
            (ServerSentEvent(data: data, event: "a\r"), .lineBreakInEvent),
            (ServerSentEvent(data: data, id: "\n"), .lineBreakInID),
            (ServerSentEvent(data: data, id: "a\r\nb"), .lineBreakInID),
            (ServerSentEvent(data: data, id: "a\0"), .nulInID),
            (ServerSentEvent(data: data, event: "x", id: "y", retry: .milliseconds(-1)), .retryOutOfRange),
            (ServerSentEvent(data: data, retry: .nanoseconds(-1)), .retryOutOfRange),
            (ServerSentEvent(data: data, retry: .seconds(Int64.max)), .retryOutOfRange),
        ]
        for (event, expected) in impossible {
            var bytes = ByteBuffer()
            #expect(throws: expected) { try event.write(to: &bytes) }
            #expect(bytes.readableBytes == 0)
            #expect(!expected.description.isEmpty)
        }
    }

    @Test(arguments: [(Duration.zero, "0"), (.nanoseconds(999_999), "0"), (.microseconds(2_500), "2")])
    func cutsRetryToWholeMilliseconds(_ retry: Duration, _ expected: String) throws {
        #expect(try self.text(ServerSentEvent(data: .text(""), retry: retry)) == "retry: \(expected)\ndata: \n\n")
    }

    @Test func writesCommentsThatAreNoEvents() {
        #expect(self.comment("") == ":\n\n")
        #expect(self.comment("still here") == ": still here\n\n")
        #expect(self.comment("a\r\ndata: b\n") == ": a\n: data: b\n: \n\n")
        let read = EventStreamReader(self.comment("a\r\ndata: b"))
        #expect(read.events.isEmpty)
        #expect(read.comments == ["a", "data: b"])
    }

    /// Whatever the data: what is read is what was sent, with LF for each line break.
    @Test func isReadAsItWasSent() throws {
        var random = SeededGenerator()
        let pieces = ["\n", "\r", "\r\n", " ", ":", "a", "é", "\u{FEFF}", "\0", "data:", "id: 1", "🙂", "\u{2028}"]
        for _ in 0..<2_000 {
            let data = (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            let id = Bool.random(using: &random) ? "id \(Int.random(in: 0...9, using: &random))" : nil
            let type = Bool.random(using: &random) ? " type:" : nil
            var stream = self.comment(data)
            stream += try self.text(ServerSentEvent(data: .text(data), event: type, id: id, retry: .milliseconds(5)))
            let read = EventStreamReader(stream + self.comment(""))
            let lines = self.withLineFeeds(data)
            let expected = EventStreamReader.Event(type: type ?? "message", data: lines, lastEventID: id ?? "")
            try #require(read.events == [expected], "\(data.debugDescription), \(random)")
            #expect(read.reconnectionMilliseconds == 5)
        }
    }

    private func withLineFeeds(_ text: String) -> String {
        var bytes: [UInt8] = []
        var last: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0D { bytes.append(0x0A) } else if byte != 0x0A || last != 0x0D { bytes.append(byte) }
            last = byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
