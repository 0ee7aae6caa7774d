// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOHTTP1

/// Posts one batch on a connection of its own, and tells how it was answered.
final class TelemetryPost: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let body: ByteBuffer
    private let port: Int
    private let target: String
    private var whenDone: ((String?) -> Void)?
    private var status: HTTPResponseStatus?

    /// `whenDone` is called once, with what went wrong or `nil`.
    init(_ body: ByteBuffer, port: Int, target: String, whenDone: @escaping (String?) -> Void) {
        self.body = body
        self.port = port
        self.target = target
        self.whenDone = whenDone
    }

    func channelActive(context: ChannelHandlerContext) {
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: self.target,
            headers: [
                "Host": "sandbox.localdomain:\(self.port)", "Content-Type": "application/json",
                "Content-Length": String(self.body.readableBytes),
            ]
        )
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(self.body))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): self.status = head.status
        case .body: break
        case .end:
            self.conclude()
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.conclude()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.conclude("\(error)")
        context.close(promise: nil)
    }

    private func conclude(_ problem: String? = nil) {
        guard let whenDone = self.whenDone else { return }
        self.whenDone = nil
        guard let status = self.status else { return whenDone(problem ?? "the connection ended without an answer") }
        whenDone((200..<300).contains(status.code) ? nil : "it answered \(status.code)")
    }
}
