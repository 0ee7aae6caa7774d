// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CZlib
package import NIOCore

/// Unpacks a body piece by piece: of what has come in, all that can be known comes out at once.
package final class GunzipStream {
    package enum Fault: Error, Hashable, CustomStringConvertible {
        case noMemory
        case malformed(String)
        /// The body ended in the middle of a member.
        case truncated

        package var description: String {
            switch self {
            case .noMemory: "there is no memory to unpack gzip"
            case .malformed(let reason): "the body is no gzip: \(reason)"
            case .truncated: "the body ends before its gzip does"
            }
        }
    }

    private let stream: UnsafeMutablePointer<z_stream>
    /// Between two members, or before the first.
    private var isBetweenMembers = true

    package init() throws(Fault) {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        guard sluice_gunzip_begin(self.stream) == Z_OK else {
            self.stream.deallocate()
            throw .noMemory
        }
    }

    deinit {
        inflateEnd(self.stream)
        self.stream.deallocate()
    }

    /// - Parameter piece: called with what came out, at most 64 KiB at a time: gzip can grow a thousandfold.
    package func unpack(_ bytes: ByteBuffer, _ piece: (ByteBuffer) -> Void) throws(Fault) {
        var bytes = bytes
        var fault: Fault?
        bytes.readWithUnsafeMutableReadableBytes { input in
            self.stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
            self.stream.pointee.avail_in = UInt32(input.count)
            while fault == nil, self.stepMayGiveMore() {
                var output = ByteBuffer()
                fault = self.step(&output)
                if output.readableBytes > 0 { piece(output) }
            }
            return input.count
        }
        if let fault { throw fault }
    }

    private static let pieceBytes = 64 * 1024

    /// There is input, or the last output was full.
    private func stepMayGiveMore() -> Bool { self.stream.pointee.avail_in > 0 || self.outputWasFull }
    private var outputWasFull = false

    private func step(_ output: inout ByteBuffer) -> Fault? {
        // A file may have several members, one behind the other. (RFC 1952, section 2.2.)
        if self.isBetweenMembers { inflateReset(self.stream) }
        self.isBetweenMembers = false
        var result = Z_OK
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { room in
            self.stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
            self.stream.pointee.avail_out = UInt32(Self.pieceBytes)
            result = inflate(self.stream, Z_SYNC_FLUSH)
            return Self.pieceBytes - Int(self.stream.pointee.avail_out)
        }
        self.outputWasFull = self.stream.pointee.avail_out == 0
        switch result {
        case Z_OK: return nil
        // Nothing was left to do.
        case Z_BUF_ERROR: return nil
        case Z_STREAM_END:
            self.isBetweenMembers = true
            self.outputWasFull = false
            return nil
        case Z_MEM_ERROR: return .noMemory
        default: return .malformed(self.stream.pointee.msg.map { String(cString: $0) } ?? "code \(result)")
        }
    }

    /// The body is over.
    package func end() throws(Fault) {
        if !self.isBetweenMembers { throw .truncated }
    }
}
