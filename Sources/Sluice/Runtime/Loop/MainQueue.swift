// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if os(Linux)
internal import CSluiceShims
internal import Dispatch
internal import NIOCore
internal import NIOPosix

/// Work of the main actor, on a main thread that is an event loop.
///
/// The main actor's jobs wait in libdispatch's main queue, which somebody has to drain; without this,
/// `await MainActor.run { … }` in a handler would wait forever. libdispatch offers run loops a descriptor that becomes
/// readable when there is work, and a function that does it.
enum MainQueue {
    private struct NoDescriptor: Error {}

    /// To be called on the main thread, which is `loop`'s.
    static func drain(on loop: any EventLoop) throws {
        // NIO closes what it is given, and the original is libdispatch's.
        guard let descriptor = Platform.duplicate(_dispatch_get_main_queue_handle_4CF()) else {
            throw NoDescriptor()
        }
        _ = NIOPipeBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(MainQueueHandler())
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
    }
}

private final class MainQueueHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        _dispatch_main_queue_callback_4CF(nil)
    }
}
#endif
