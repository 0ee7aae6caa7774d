// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import NIOPosix

/// Lets an event loop look at its sockets. Confined to that loop.
///
/// NIO runs all tasks of a loop that are ready, and those that they make ready, before it looks at a socket again. A
/// task that only yields is ready at once, and a timer that is due again as soon as the machine is busy. But what
/// waits for a byte in a pipe cannot go on before the loop has looked.
package final class LoopTurn {
    private let loop: any EventLoop
    private let waiting: SuspendedTasks
    private var pipe: (any Channel)?

    package init(loop: any EventLoop) {
        self.loop = loop
        self.waiting = SuspendedTasks(loop: loop)
    }

    package func wait() async {
        guard let pipe = await self.openPipe() else {
            // No descriptors are left: a pause does it, too, most of the time.
            try? await self.loop.scheduleTask(in: .milliseconds(1)) {}.futureResult.get()
            return
        }
        pipe.writeAndFlush(ByteBuffer(bytes: [0]), promise: nil)
        _ = await self.waiting.suspend()
    }

    package func close() {
        self.pipe?.close(promise: nil)
        self.pipe = nil
    }

    private func openPipe() async -> (any Channel)? {
        if let pipe = self.pipe { return pipe }
        guard let (input, output) = Platform.makePipe() else { return nil }
        let waiting = NIOLoopBound(self.waiting, eventLoop: self.loop)
        do {
            let pipe = try await NIOPipeBootstrap(group: self.loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(LoopTurnHandler(waiting.value))
                    }
                }
                .takingOwnershipOfDescriptors(input: input, output: output)
                .get()
            if let earlier = self.pipe {
                // Another task of the handler was faster.
                pipe.close(promise: nil)
                return earlier
            }
            self.pipe = pipe
            return pipe
        } catch {
            Platform.closeDescriptor(input)
            Platform.closeDescriptor(output)
            return nil
        }
    }
}

private final class LoopTurnHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let waiting: SuspendedTasks

    init(_ waiting: SuspendedTasks) {
        self.waiting = waiting
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.waiting.resumeAll()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.waiting.resumeAll()
    }
}
