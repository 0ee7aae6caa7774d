// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix

/// One TCP connection, byte for byte: what the other side sends is awaited, what it is sent is written out by the test.
///
/// Reading takes the bytes; what was read once is not seen again.
package final class RawConnection: Sendable {
    package enum End: Sendable, Equatable {
        /// The other side has ended its half in order.
        case endOfFile
        /// The connection was reset or failed otherwise.
        case failed(String)
    }

    struct Inbound: Sendable, CustomStringConvertible {
        var bytes = ByteBuffer()
        var end: End?

        var description: String {
            let state = self.end.map { "\($0)" } ?? "open"
            let tail = self.bytes.readableBytesView.suffix(4_000)
            return "\(self.bytes.readableBytes) bytes unread (\(state)): \(printable(tail))"
        }
    }

    let channel: any Channel
    private let inbound: Watched<Inbound>

    private init(channel: any Channel, inbound: Watched<Inbound>) {
        self.channel = channel
        self.inbound = inbound
    }

    /// Adds what records the bytes; called on the channel's loop, before it reads.
    static func install(on channel: any Channel, whenActive: @escaping @Sendable (RawConnection) -> Void) throws {
        let inbound = Watched(Inbound()) { $0.description }
        let recorder = InboundRecorder(inbound: inbound) {
            whenActive(RawConnection(channel: channel, inbound: inbound))
        }
        try channel.pipeline.syncOperations.addHandler(recorder)
    }

    // MARK: Receiving

    /// Reads as many bytes as the closure says, as soon as it says so; it is shown everything unread, with each arrival anew.
    package func read(
        _ what: String = "bytes",
        within limit: Duration = TestDeadline.standard,
        where countToTake: @escaping @Sendable ([UInt8]) throws -> Int?
    ) async throws -> [UInt8] {
        try await self.take(what, within: limit) { try countToTake(Array($0.readableBytesView)) }
    }

    /// Reads exactly so many bytes.
    package func read(exactly count: Int, within limit: Duration = TestDeadline.standard) async throws -> [UInt8] {
        try await self.take("\(count) bytes", within: limit) { $0.readableBytes >= count ? count : nil }
    }

    /// Reads up to the end of the marker, as text.
    package func read(until marker: String, within limit: Duration = TestDeadline.standard) async throws -> String {
        let bytes = try await self.take(printable(marker.utf8), within: limit) { unread in
            let view = unread.readableBytesView
            return view.firstRange(of: marker.utf8).map { view.distance(from: view.startIndex, to: $0.upperBound) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads what has come, at least one byte; empty when the other side has ended instead.
    package func readSome(within limit: Duration = TestDeadline.standard) async throws -> [UInt8] {
        try await self.inbound.first("anything", within: limit) { inbound in
            guard inbound.bytes.readableBytes > 0 || inbound.end != nil else { return nil }
            return inbound.bytes.readBytes(length: inbound.bytes.readableBytes) ?? []
        }
    }

    /// Reads to the end of the other side's half.
    ///
    /// - Throws: `ConnectionEnded` when it ends with a reset.
    package func readToEnd(within limit: Duration = TestDeadline.standard) async throws -> [UInt8] {
        try await self.inbound.first("the end of the stream", within: limit) { inbound in
            switch inbound.end {
            case nil: nil
            case .failed: throw ConnectionEnded(waitedFor: "the orderly end of the stream", inbound)
            case .endOfFile: inbound.bytes.readBytes(length: inbound.bytes.readableBytes) ?? []
            }
        }
    }

    /// Waits until the other side has ended its half or the connection has failed. Unread bytes stay unread.
    package func end(within limit: Duration = TestDeadline.standard) async throws -> End {
        try await self.inbound.first("the end of the connection", within: limit) { $0.end }
    }

    /// Reads exactly these bytes; the first one that differs ends the wait.
    ///
    /// - Throws: `UnexpectedBytes`, which shows both.
    package func expect(_ expected: [UInt8], within limit: Duration = TestDeadline.standard) async throws {
        _ = try await self.take(printable(expected), within: limit) { unread in
            let seen = unread.readableBytesView.prefix(expected.count)
            guard expected.starts(with: seen) else { throw UnexpectedBytes(expected: expected, seen: Array(seen)) }
            return seen.count == expected.count ? expected.count : nil
        }
    }

    package func expect(_ expected: String, within limit: Duration = TestDeadline.standard) async throws {
        try await self.expect(Array(expected.utf8), within: limit)
    }

    /// What has come and was not read yet.
    package var unread: [UInt8] { Array(self.inbound.current.bytes.readableBytesView) }

    private func take(
        _ what: String,
        within limit: Duration,
        where countToTake: @escaping @Sendable (ByteBuffer) throws -> Int?
    ) async throws -> [UInt8] {
        try await self.inbound.first(what, within: limit) { inbound in
            if let count = try countToTake(inbound.bytes), let bytes = inbound.bytes.readBytes(length: count) {
                return bytes
            }
            guard inbound.end == nil else { throw ConnectionEnded(waitedFor: what, inbound) }
            return nil
        }
    }

    // MARK: Sending

    /// Sends the bytes; returns when the kernel has taken them all.
    package func send(_ bytes: [UInt8]) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    package func send(_ text: String) async throws {
        try await self.send(Array(text.utf8))
    }

    /// Ends our half in order; the other side may go on sending.
    package func closeOutput() async throws {
        try await self.channel.close(mode: .output)
    }

    /// Stops or resumes taking bytes from the kernel: with it stopped, the other side soon cannot send any more.
    package func setReading(_ reading: Bool) async throws {
        try await self.channel.setOption(.autoRead, value: reading).get()
    }

    /// Ends the connection with a reset.
    package func abort() async throws {
        try await (self.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        await self.close()
    }

    /// Ends the connection in both directions; one that has ended is no failure.
    package func close() async {
        try? await self.channel.close()
    }
}

private final class InboundRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbound: Watched<RawConnection.Inbound>
    private let whenActive: () -> Void

    init(inbound: Watched<RawConnection.Inbound>, whenActive: @escaping () -> Void) {
        self.inbound = inbound
        self.whenActive = whenActive
    }

    func channelActive(context: ChannelHandlerContext) {
        self.whenActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = self.unwrapInboundIn(data)
        self.inbound.update { $0.bytes.writeBuffer(&buffer) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            self.finish(.endOfFile)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.finish(.failed("\(error)"))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.finish(.endOfFile)
    }

    private func finish(_ end: RawConnection.End) {
        self.inbound.update { inbound in
            if inbound.end == nil { inbound.end = end }
        }
    }
}

/// The connection ended before what was awaited had come.
package struct ConnectionEnded: Error, CustomStringConvertible {
    package let description: String

    init(waitedFor what: String, _ inbound: RawConnection.Inbound) {
        self.description = "the connection ended while waiting for \(what); \(inbound)"
    }
}

/// Other bytes came than those that were expected.
package struct UnexpectedBytes: Error, CustomStringConvertible {
    package let expected: [UInt8]
    package let seen: [UInt8]

    package var description: String {
        let same = zip(self.expected, self.seen).prefix { $0 == $1 }.count
        return """
            byte \(same) differs
            expected: \(printable(self.expected))
            seen:     \(printable(self.seen))
            """
    }
}

/// Bytes as one line of text: ASCII as it is, the rest escaped.
package func printable(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
        switch byte {
        case UInt8(ascii: "\r"): "\\r"
        case UInt8(ascii: "\n"): "\\n"
        case 0x20...0x7E: String(UnicodeScalar(byte))
        default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }.joined()
}
