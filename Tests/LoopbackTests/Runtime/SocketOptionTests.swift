// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import Sluice
import TestSupport
import Testing

/// What the kernel knows of the runtime's connection.
@Suite struct SocketOptionTests {
    /// Without it, what follows a small piece would wait until that was acknowledged: 40 ms, at the end of each stream.
    @Test func nothingWaitsForAnAcknowledgement() async throws {
        try await withFunction(LambdaFunction { _, _ in .text("") }) { server, _ in
            try await server.accept().readNext()
            let connected = (0..<1_024).filter { Self.peerPort(of: $0) == server.port }
            #expect(connected.count == 1, "\(connected)")
            for descriptor in connected { #expect(Self.noDelay(of: descriptor) == 1) }
        }
    }

    private static func peerPort(of descriptor: CInt) -> Int? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        return result == 0 && address.sin_family == AF_INET ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    private static func noDelay(of descriptor: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        let result = getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &value, &length)
        return result == 0 ? (value == 0 ? 0 : 1) : nil
    }
}
