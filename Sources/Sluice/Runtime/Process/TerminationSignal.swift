// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CSluiceShims
internal import NIOCore
internal import NIOPosix

/// `SIGTERM`, as an event on a loop. Once for a process.
enum TerminationSignal {
    /// Returns when it has come, or when the task is cancelled. Without a descriptor for it, the signal keeps its usual
    /// effect.
    static func wait(on loop: any EventLoop) async {
        guard let (input, output) = Platform.makePipe() else { return await Self.waitForCancellation(loop) }
        let arrived = OneShot<Void>(loop: loop)
        let bound = NIOLoopBound(arrived, eventLoop: loop)
        do {
            let pipe = try await NIOPipeBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(SignalHandler(bound.value))
                    }
                }
                .takingOwnershipOfDescriptor(input: input)
                .get()
            guard sluice_write_signal(Platform.terminationSignal, output) == 0 else {
                pipe.close(promise: nil)
                return await Self.waitForCancellation(loop)
            }
        } catch {
            Platform.closeDescriptor(input)
            Platform.closeDescriptor(output)
            return await Self.waitForCancellation(loop)
        }
        _ = await arrived.wait()
    }

    private static func waitForCancellation(_ loop: any EventLoop) async { _ = await OneShot<Void>(loop: loop).wait() }
}

private final class SignalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let arrived: OneShot<Void>

    init(_ arrived: OneShot<Void>) {
        self.arrived = arrived
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { self.arrived.settle(()) }
}
