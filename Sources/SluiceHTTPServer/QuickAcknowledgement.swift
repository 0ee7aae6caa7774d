// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

#if canImport(Musl)
internal import Musl
#elseif canImport(Glibc)
internal import Glibc
#endif

/// Has the kernel acknowledge at once what has been read.
///
/// A runtime client that leaves Nagle's algorithm on and writes its prelude in two pieces, as Rust's does, keeps the second
/// until the first is acknowledged, and Linux takes 40 ms for that when there is nothing to send with it. Linux forgets the
/// option as it goes, so it is set behind each read that leaves a request in part. (tcp(7), `TCP_QUICKACK`.)
enum QuickAcknowledgement {
    static func ask(_ context: ChannelHandlerContext) {
        #if os(Linux)
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_QUICKACK))
        // It is for speed only, and a connection that is about to end may refuse it.
        try? context.channel.syncOptions?.setOption(option, value: 1)
        #endif
    }
}
