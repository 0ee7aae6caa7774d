// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// Cuts what a function prints into lines, on the event loop.
final class LogLineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var partial = ByteBuffer()
    private let onLine: (String) -> Void
    private var isEnded = false
    private var whenEnded: (() -> Void)?

    init(onLine: @escaping (String) -> Void) { self.onLine = onLine }

    /// Calls `action` once: when nobody can print any more and all is read, or when the time is over, since something
    /// that the function started may have outlived it.
    func whenEnded(orAfter delay: TimeAmount, on eventLoop: any EventLoop, _ action: @escaping () -> Void) {
        guard !self.isEnded else { return action() }
        self.whenEnded = action
        eventLoop.assumeIsolated().scheduleTask(in: delay) { self.callWhenEnded() }
    }

    private func callWhenEnded() {
        let action = self.whenEnded
        self.whenEnded = nil
        action?()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { self.cut(self.unwrapInboundIn(data)) }

    private func cut(_ bytes: ByteBuffer) {
        var bytes = bytes
        while let newline = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let length = newline - bytes.readerIndex
            if var line = bytes.readSlice(length: length) { self.append(&line) }
            bytes.moveReaderIndex(forwardBy: 1)
            self.emit()
        }
        self.append(&bytes)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if self.partial.readableBytes > 0 { self.emit() }
        self.isEnded = true
        self.callWhenEnded()
        context.fireChannelInactive()
    }

    /// A line that never ends is cut, so that a function cannot fill this process's memory.
    private func append(_ bytes: inout ByteBuffer) {
        while bytes.readableBytes > 0 {
            let room = Limits.maximumLogLineBytes - self.partial.readableBytes
            if var part = bytes.readSlice(length: min(room, bytes.readableBytes)) { self.partial.writeBuffer(&part) }
            if self.partial.readableBytes >= Limits.maximumLogLineBytes { self.emit() }
        }
    }

    private func emit() {
        var line = self.partial
        self.partial = ByteBuffer()
        if line.readableBytesView.last == UInt8(ascii: "\r") {
            line.moveWriterIndex(to: line.writerIndex - 1)
        }
        // Invalid UTF-8 is repaired: a log line is for people.
        self.onLine(String(buffer: line))
    }
}
