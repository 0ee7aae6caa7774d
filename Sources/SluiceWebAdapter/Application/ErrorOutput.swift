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
/// A pipe of our own, so that whoever else holds its other end, as a daemon's children do, keeps nobody waiting. Where our own
/// standard error takes nothing, no more is read, so that the application waits for its reader, and no request does.
final class ErrorOutput: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let tail = Mutex(ErrorTail())
    private let unwritten = Mutex(ByteBuffer())

    var lastLines: [String] { self.tail.withLock { $0.lines } }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        self.tail.withLock { $0.append(bytes.readableBytesView) }
        _ = self.unwritten.withLock { $0.writeBuffer(&bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { self.forward(context.channel) }

    /// Writes as long as there is room, and reads on when all is written.
    private func forward(_ channel: any Channel) {
        let isWritten = self.unwritten.withLock { bytes in
            while bytes.readableBytes > 0 {
                guard AdapterEnvironment.standardErrorHasRoom() else { return false }
                guard let part = bytes.readSlice(length: min(bytes.readableBytes, AdapterLimits.errorWriteBytes)) else {
                    break
                }
                // What cannot be written is lost, as a log has nowhere to complain.
                _ = try? FileDescriptor.standardError.writeAll(part.readableBytesView)
            }
            bytes.clear()
            return true
        }
        guard !isWritten else { return channel.read() }
        channel.eventLoop.scheduleTask(in: .milliseconds(Int64(AdapterLimits.errorRetryMilliseconds))) {
            self.forward(channel)
        }
    }

    /// - Returns: the end for the process, which whoever starts it closes, and the channel that reads the other.
    func open(on loop: any EventLoop) async throws -> (writingEnd: FileDescriptor, channel: any Channel) {
        let ends = try FileDescriptor.pipe()
        do {
            let channel = try await NIOPipeBootstrap(group: loop)
                .channelOption(.autoRead, value: false)
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
