// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// A socket that listens on 127.0.0.1, on a port that the system chose.
package final class Listener {
    package let descriptor: Int32
    package let port: UInt16

    package init() throws {
        let descriptor = streamSocket()
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        guard withLoopbackAddress(0, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 64) == 0 else {
            throw Failure(call: "listen")
        }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw Failure(call: "getsockname") }
        self.descriptor = descriptor
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(self.descriptor) }

    package func accept() throws -> Connection {
        #if canImport(Darwin)
        let descriptor = Darwin.accept(self.descriptor, nil, nil)
        #elseif canImport(Musl)
        let descriptor = Musl.accept(self.descriptor, nil, nil)
        #else
        let descriptor = Glibc.accept(self.descriptor, nil, nil)
        #endif
        guard descriptor >= 0 else { throw Failure(call: "accept") }
        return Connection(descriptor: descriptor)
    }
}

/// Waits until one of the descriptors can be read, at most for this long. Returns which of them can.
package func waitForInput(on descriptors: [Int32], milliseconds: Int32) throws -> [Bool] {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = poll(&polled, nfds_t(polled.count), milliseconds)
    guard count >= 0 || errno == EINTR else { throw Failure(call: "poll") }
    return polled.map { count > 0 && $0.revents != 0 }
}

func streamSocket() -> Int32 {
    #if canImport(Glibc)
    socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
    socket(AF_INET, SOCK_STREAM, 0)
    #endif
}

func withLoopbackAddress<Result>(
    _ port: UInt16,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}
