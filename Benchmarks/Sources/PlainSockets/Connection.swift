// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// A TCP connection with blocking calls, and a buffer of what has come and is not used yet. One thread uses it.
package final class Connection {
    package let descriptor: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    /// Nothing that is measured is silent for that long.
    private static let silenceSeconds = 30

    package init(descriptor: Int32, bufferBytes: Int = 1 << 20) {
        self.descriptor = descriptor
        self.buffer = .allocate(byteCount: bufferBytes, alignment: 16)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        #if canImport(Darwin)
        setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
        #endif
        var silence = timeval(tv_sec: Self.silenceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &silence, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &silence, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(self.descriptor)
        self.buffer.deallocate()
    }

    /// To a port of this machine.
    package convenience init(port: UInt16, bufferBytes: Int = 1 << 20) throws {
        let descriptor = streamSocket()
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        self.init(descriptor: descriptor, bufferBytes: bufferBytes)
        let result = withLoopbackAddress(port) { connect(descriptor, $0, $1) }
        guard result == 0 else { throw Failure(call: "connect to port \(port)") }
    }

    // MARK: Receiving

    /// What has come and is not used yet.
    package var received: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self.buffer[self.start..<self.end])
    }

    package func use(_ count: Int) {
        self.start += count
        if self.start == self.end {
            self.start = 0
            self.end = 0
        }
    }

    /// Waits for bytes and adds them; `false` if the other side has ended the connection.
    package func receive() throws -> Bool {
        if self.end == self.buffer.count {
            guard self.start > 0 else { throw Failure("a head or line of more than \(self.buffer.count) bytes") }
            self.buffer.copyMemory(from: self.received)
            self.end -= self.start
            self.start = 0
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: self.buffer[self.end...])
        while true {
            let count = recv(self.descriptor, room.baseAddress, room.count, 0)
            if count > 0 {
                self.end += count
                return true
            }
            if count == 0 || errno == ECONNRESET { return false }
            guard errno == EINTR else {
                throw errno == EAGAIN ? Failure("nothing came for \(Self.silenceSeconds) s") : Failure(call: "recv")
            }
        }
    }

    // MARK: Sending

    package func send(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try self.send([$0]) }
    }

    /// Sends the parts with one call of the system, if the socket takes them.
    package func send(_ parts: [UnsafeRawBufferPointer]) throws {
        var parts = parts
        while true {
            var left = try self.sendOnce(parts)
            while let first = parts.first, left >= first.count {
                left -= first.count
                parts.removeFirst()
            }
            guard let first = parts.first else { return }
            parts[0] = UnsafeRawBufferPointer(rebasing: first[left...])
        }
    }

    private func sendOnce(_ parts: [UnsafeRawBufferPointer]) throws -> Int {
        #if canImport(Darwin)
        let flags: Int32 = 0
        #else
        let flags = Int32(MSG_NOSIGNAL)
        #endif
        return try withUnsafeTemporaryAllocation(of: iovec.self, capacity: parts.count) { vectors in
            for (index, part) in parts.enumerated() {
                vectors[index] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: part.baseAddress),
                    iov_len: part.count
                )
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = .init(parts.count)
            while true {
                let count = sendmsg(self.descriptor, &message, flags)
                if count >= 0 { return count }
                guard errno == EINTR else { throw Failure(call: "send") }
            }
        }
    }
}
