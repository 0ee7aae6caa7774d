// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
internal import NIOCore

/// What stands for the caller's connection, which a function has none of: a context may ask its channel who calls, and which
/// loop it is on. Whatever else is asked of it fails.
final class CallersChannel: Channel, ChannelCore {
    let remoteAddress: SocketAddress?
    let eventLoop: any EventLoop

    init(from sourceIP: String, on eventLoop: any EventLoop) {
        self.remoteAddress = try? SocketAddress(ipAddress: sourceIP, port: 0)
        self.eventLoop = eventLoop
    }

    let allocator = ByteBufferAllocator()
    var closeFuture: EventLoopFuture<Void> { self.eventLoop.makeSucceededVoidFuture() }
    /// A new one each time: a pipeline holds its channel, and the two would never go.
    var pipeline: ChannelPipeline { ChannelPipeline(channel: self) }
    var localAddress: SocketAddress? { nil }
    var parent: (any Channel)? { nil }
    var isWritable: Bool { false }
    var isActive: Bool { false }
    var _channelCore: any ChannelCore { self }

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }

    func remoteAddress0() throws -> SocketAddress {
        guard let address = self.remoteAddress else { throw ChannelError.operationUnsupported }
        return address
    }

    func register0(promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func flush0() {}
    func read0() {}
    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.alreadyClosed)
    }
    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }
    func channelRead0(_ data: NIOAny) {}
    func errorCaught0(error: any Error) {}
}
#endif
