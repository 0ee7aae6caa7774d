// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import HTTPTypes
import NIOCore
import NIOPosix
import SluiceServiceWire
import SluiceWire
import Testing

@testable import SluiceCLI

@Suite(.timeLimit(.minutes(1))) struct StreamClientTests {
    private static func request(_ port: Int, path: String = "/") throws -> StreamRequest {
        StreamRequest(url: try HTTPAddress("http://127.0.0.1:\(port)\(path)"), method: .get)
    }

    /// `nil` for the connection, which comes first of all.
    private static func describe(_ event: StreamEvent) -> String? {
        switch event {
        case .connected: nil
        case .log(let bytes): "log \(String(buffer: bytes))"
        case .head(let status, _, _): "\(status)"
        case .chunk(let bytes, _): "<\(String(buffer: bytes))>"
        case .end(let end, _): end.description
        }
    }

    /// All events of one request to a server that reads the head and then sends `answer` and closes.
    private static func seen(answer: String) async throws -> [String] {
        var seen: [String] = []
        try await ScriptedServer.run { inbound, outbound in
            _ = try await ScriptedServer.readHead(&inbound)
            try await outbound.write(ByteBuffer(string: answer))
        } client: { port in
            try await StreamClient().run(Self.request(port)) { event in
                Self.describe(event).map { seen.append($0) }
            }
        }
        return seen
    }

    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func aChunkIsSeenBeforeTheNextIsWritten() async throws {
        let (acknowledgements, acknowledge) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingOldest(8)
        )
        var seen: [String] = []
        var times: [Duration] = []
        try await ScriptedServer.run { inbound, outbound in
            _ = try await ScriptedServer.readHead(&inbound)
            var iterator = acknowledgements.makeAsyncIterator()
            try await outbound.write(ByteBuffer(string: Self.chunkedHead))
            for text in ["one", "two", "six"] {
                await iterator.next()  // the client has seen all before this
                try await outbound.write(ByteBuffer(string: "3\r\n\(text)\r\n"))
            }
            await iterator.next()
            try await outbound.write(ByteBuffer(string: "0\r\n\r\n"))
        } client: { port in
            try await StreamClient().run(Self.request(port)) { event in
                Self.describe(event).map { seen.append($0) }
                if case .chunk(_, let time) = event { times.append(time) }
                if case .connected = event { return }
                acknowledge.yield()
            }
        }
        #expect(seen == ["200", "<one>", "<two>", "<six>", "complete"])
        #expect(times == times.sorted() && times.count == 3)
    }

    @Test func sendsWhatTheRequestSays() async throws {
        let (heads, head) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1))
        try await ScriptedServer.run { inbound, outbound in
            var text = ""
            while !text.hasSuffix("{}"), let bytes = try await inbound.next() { text += String(buffer: bytes) }
            head.yield(text)
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        } client: { port in
            let request = StreamRequest(
                function: FunctionReference(name: "hello", qualifier: "$LATEST"),
                isStreaming: true,
                endpoint: try HTTPAddress("http://127.0.0.1:\(port)"),
                payload: ByteBuffer(string: "{}")
            )
            try await StreamClient().run(request) { _ in }
            var iterator = heads.makeAsyncIterator()
            #expect(
                await iterator.next() == """
                    POST /2021-11-15/functions/hello/response-streaming-invocations?Qualifier=%24LATEST HTTP/1.1\r
                    Content-Type: application/json\r
                    Host: 127.0.0.1:\(port)\r
                    User-Agent: sluice\r
                    Accept: */*\r
                    Content-Length: 2\r
                    \r
                    {}
                    """
            )
        }
    }

    @Test func aStreamOfMessagesIsReadHoweverItIsCut() async throws {
        var frames = ByteBuffer()
        for (event, payload) in [(InvokeStreamEvent.payloadChunk, "a"), (.payloadChunk, "b"), (.invokeComplete, "{}")] {
            let headers = event.headers.map { EventStreamHeader(name: $0.name, value: .string($0.value)) }
            let message = EventStreamMessage(headers: headers, payload: ByteBuffer(string: payload))
            try EventStreamEncoder().encode(message, into: &frames)
        }
        var seen: [String] = []
        try await ScriptedServer.run { [frames] inbound, outbound in
            _ = try await inbound.next()
            try await outbound.write(ByteBuffer(string: Self.chunkedHead))
            for byte in frames.readableBytesView {
                try await outbound.write(ByteBuffer(bytes: Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8)))
            }
            try await outbound.write(ByteBuffer(string: "0\r\n\r\n"))
        } client: { port in
            let request = StreamRequest(
                function: FunctionReference(name: "hello"),
                isStreaming: true,
                endpoint: try HTTPAddress("http://127.0.0.1:\(port)"),
                payload: ByteBuffer(string: "{}")
            )
            try await StreamClient().run(request) { event in
                Self.describe(event).map { seen.append($0) }
            }
        }
        #expect(seen == ["200", "<a>", "<b>", "complete"])
    }

    @Test func aConnectionThatEndsBeforeTheLastChunkIsBroken() async throws {
        let seen = try await Self.seen(answer: Self.chunkedHead + "3\r\none\r\n")
        #expect(seen == ["200", "<one>", "broken off after 3 bytes: the connection closed before the last chunk"])
    }

    @Test func aBodyShorterThanItsLengthIsBroken() async throws {
        let seen = try await Self.seen(answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\none")
        #expect(seen == ["200", "<one>", "broken off after 3 of 5 bytes: the connection closed"])
    }

    @Test func aConnectionThatEndsWithoutAnAnswerIsBroken() async throws {
        let seen = try await Self.seen(answer: "")
        #expect(seen == ["broken off without an answer: the connection closed"])
    }

    @Test func whatIsNotHTTPIsBroken() async throws {
        let seen = try await Self.seen(answer: "SSH-2.0-OpenSSH\r\n")
        #expect(seen.count == 1)
        #expect(seen.first?.hasPrefix("broken off without an answer: the answer is not HTTP") == true)
    }

    @Test func anEarlyRefusalIsSeenWhileTheBodyIsNotRead() async throws {
        var seen: [String] = []
        try await ScriptedServer.run { inbound, outbound in
            _ = try await inbound.next()
            let refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"
            try await outbound.write(ByteBuffer(string: refusal))
            while try await inbound.next() != nil {}
        } client: { port in
            var request = try Self.request(port)
            request.method = .post
            request.body = ByteBuffer(repeating: 0, count: 20_000_000)
            try await StreamClient().run(request) { event in
                Self.describe(event).map { seen.append($0) }
            }
        }
        #expect(seen == ["413", "<no>", "failed: HTTP status 413"])
    }

    @Test func whatTheCallerThrowsEndsTheCall() async throws {
        struct Enough: Error {}
        try await ScriptedServer.run { inbound, outbound in
            _ = try await ScriptedServer.readHead(&inbound)
            try await outbound.write(ByteBuffer(string: Self.chunkedHead + "3\r\none\r\n"))
            while try await inbound.next() != nil {}
        } client: { port in
            let request = try Self.request(port)
            await #expect(throws: Enough.self) {
                try await StreamClient().run(request) { event in
                    if case .chunk = event { throw Enough() }
                }
            }
        }
    }

    @Test func aPortThatNobodyListensOnIsAnErrorOfItsOwn() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        try await server.close()
        let request = try Self.request(port)
        let error = await #expect(throws: CannotConnect.self) {
            try await StreamClient().run(request) { _ in }
        }
        #expect(error?.description == "cannot connect to 127.0.0.1:\(port): Connection refused")
    }

    @Test func whoNeverAnswersTheHandshakeIsNotWaitedForForEver() async throws {
        try await ScriptedServer.run { inbound, _ in
            while try await inbound.next() != nil {}
        } client: { port in
            let request = StreamRequest(url: try HTTPAddress("https://127.0.0.1:\(port)"), method: .get)
            let error = await #expect(throws: CannotConnect.self) {
                try await StreamClient(connectLimit: .milliseconds(100)).run(request) { _ in }
            }
            #expect(error?.description == "cannot connect to 127.0.0.1:\(port): no TLS handshake within 100 ms")
        }
    }

    @Test(arguments: [
        ("", "the connection closed during the TLS handshake"),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "it does not speak TLS; is it http://?"),
        // An alert of the level fatal: unrecognized_name (RFC 8446, section 6.2).
        ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{70}", "TLS failed: tlsv1 alert unrecognized name"),
    ])
    func saysWhatTheHandshakeFailedOf(answer: String, reason: String) async throws {
        try await ScriptedServer.run { inbound, outbound in
            _ = try await inbound.next()
            try await outbound.write(ByteBuffer(string: answer))
        } client: { port in
            let request = StreamRequest(url: try HTTPAddress("https://127.0.0.1:\(port)"), method: .get)
            let error = await #expect(throws: CannotConnect.self) {
                try await StreamClient().run(request) { _ in }
            }
            #expect(error?.reason == reason)
        }
    }

    @Test func theClockStartsWhenTheRequestLeaves() async throws {
        var events: [StreamEvent] = []
        var left = ContinuousClock.now
        var sinceItLeft: Duration = .zero
        try await ScriptedServer.run { inbound, outbound in
            _ = try await inbound.next()
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        } client: { port in
            try await StreamClient().run(Self.request(port)) { event in
                events.append(event)
                switch event {
                case .connected:
                    // The time until this returns belongs to neither.
                    let start = ContinuousClock.now
                    while start.duration(to: .now) < .milliseconds(50) {}
                    left = .now
                case .head: sinceItLeft = left.duration(to: .now)
                case .chunk, .log, .end: break
                }
            }
        }
        guard case .connected(let times) = events.first, case .head(_, _, let time) = events.dropFirst().first else {
            Issue.record("\(events)")
            return
        }
        #expect(times.handshake == nil)
        #expect(times.transport > .zero && time <= sinceItLeft)
    }

    @Test func namesBelowLocalhostAreThisMachine() async throws {
        var seen: [String] = []
        try await ScriptedServer.run { inbound, outbound in
            let head = try await ScriptedServer.readHead(&inbound)
            let isRight = head.split(separator: "\r\n").contains { $0.hasPrefix("Host: hello.lambda-url.localhost:") }
            let status = isRight ? "200 OK" : "400 Bad Request"
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n"))
        } client: { port in
            let url = try HTTPAddress("http://hello.lambda-url.localhost:\(port)/")
            try await StreamClient().run(StreamRequest(url: url, method: .get)) { event in
                Self.describe(event).map { seen.append($0) }
            }
        }
        #expect(seen == ["200", "complete"])
    }
}
