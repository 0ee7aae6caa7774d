// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import Synchronization

// Scoped, because NIO has a FileDescriptor too.
#if canImport(System)
internal import struct System.FileDescriptor
#else
internal import struct SystemPackage.FileDescriptor
#endif

/// The application's standard error: passed on, and the last of it remembered.
///
/// A pipe of our own, so that whoever else holds its other end, as a daemon's children do, keeps nobody waiting.
final class ErrorOutput: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let tail = Mutex(ErrorTail())

    var lastLines: [String] { self.tail.withLock { $0.lines } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.tail.withLock { $0.append(bytes.readableBytesView) }
        _ = try? FileDescriptor.standardError.writeAll(bytes.readableBytesView)
    }

    /// - Returns: the end for the process, which whoever starts it closes, and the channel that reads the other.
    func open(on loop: any EventLoop) async throws -> (writingEnd: FileDescriptor, channel: any Channel) {
        let ends = try FileDescriptor.pipe()
        do {
            let channel = try await NIOPipeBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(self) }
                }
                .takingOwnershipOfDescriptor(input: ends.readEnd.rawValue)
                .get()
            return (ends.writeEnd, channel)
        } catch {
            try? ends.readEnd.close()
            try? ends.writeEnd.close()
            throw error
        }
    }
}
