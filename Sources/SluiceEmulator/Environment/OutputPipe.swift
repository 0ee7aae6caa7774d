// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import SluiceWire

// Scoped, because NIO has a FileDescriptor too.
#if canImport(System)
internal import struct System.FileDescriptor
#else
internal import struct SystemPackage.FileDescriptor
#endif

/// A pipe for what a process prints: one end to write to, and what comes out of it in lines on the event loop, for as
/// long as anybody holds the writing end, without keeping the process's own end waiting.
struct OutputPipe: Sendable {
    /// For the process that is started; whoever starts it closes this end.
    let writingEnd: FileDescriptor
    /// The end that is read here.
    let channel: any Channel

    /// - Parameter makeHandler: called on the event loop.
    static func open(
        on eventLoop: any EventLoop,
        makeHandler: @escaping @Sendable () -> LogLineHandler
    ) async throws -> Self {
        let ends = try FileDescriptor.pipe()
        do {
            let channel = try await NIOPipeBootstrap(group: eventLoop)
                // All that a pipe holds at once: what was printed before an event on a socket is read in its turn.
                .channelOption(
                    .recvAllocator,
                    value: FixedSizeRecvByteBufferAllocator(capacity: Limits.outputReadBytes)
                )
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(makeHandler())
                    }
                }
                .takingOwnershipOfDescriptor(input: ends.readEnd.rawValue)
                .get()
            return Self(writingEnd: ends.writeEnd, channel: channel)
        } catch {
            try? ends.readEnd.close()
            try? ends.writeEnd.close()
            throw error
        }
    }
}
