// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Reads one body off a connection and counts it.
package struct BodyReader {
    private enum State {
        case size
        case data(left: Int)
        case lineEnd
        case trailers
        case counted(left: Int)
        case over
    }

    private var state: State
    private let keptBytes: Int
    /// How many bytes the body has so far, without its framing.
    package private(set) var bytes = 0
    package private(set) var firstByteAt: Moment?
    /// The first bytes of it.
    package private(set) var kept: [UInt8] = []
    package private(set) var trailers: [String] = []
    /// Sees every byte of the body.
    package var whenTaken: ((UnsafeRawBufferPointer) -> Void)?

    package init(_ framing: MessageHead.Framing, keeping keptBytes: Int = 0) {
        self.keptBytes = keptBytes
        switch framing {
        case .chunked: self.state = .size
        case .bytes(let count): self.state = count > 0 ? .counted(left: count) : .over
        case .unnamed: self.state = .over
        }
    }

    /// Waits until the body is over.
    package mutating func finish(on connection: Connection) throws {
        while try !self.advance(on: connection) {
            guard try connection.receive() else {
                throw Failure("the connection ended in a body, after \(self.bytes) bytes of it")
            }
        }
    }

    /// Uses what has come; `true` when the body is over.
    package mutating func advance(on connection: Connection) throws -> Bool {
        while true {
            switch self.state {
            case .over:
                return true
            case .counted(let left):
                let taken = self.take(left, from: connection)
                self.state = taken == left ? .over : .counted(left: left - taken)
                if taken < left { return false }
            case .data(let left):
                let taken = self.take(left, from: connection)
                self.state = taken == left ? .lineEnd : .data(left: left - taken)
                if taken < left { return false }
            case .size:
                guard let count = try self.takeChunkSize(from: connection) else { return false }
                self.state = count == 0 ? .trailers : .data(left: count)
            case .lineEnd:
                guard let end = self.lineEnd(in: connection.received) else { return false }
                connection.use(end + 1)
                self.state = .size
            case .trailers:
                guard let end = self.lineEnd(in: connection.received) else { return false }
                let line = connection.received[..<end].prefix { $0 != UInt8(ascii: "\r") }
                if line.isEmpty {
                    self.state = .over
                } else {
                    self.trailers.append(String(decoding: line, as: UTF8.self))
                }
                connection.use(end + 1)
            }
        }
    }

    private mutating func take(_ count: Int, from connection: Connection) -> Int {
        let taken = min(count, connection.received.count)
        guard taken > 0 else { return 0 }
        if self.bytes == 0 { self.firstByteAt = .now() }
        if self.kept.count < self.keptBytes {
            self.kept.append(contentsOf: connection.received[..<min(taken, self.keptBytes - self.kept.count)])
        }
        self.bytes += taken
        self.whenTaken?(UnsafeRawBufferPointer(rebasing: connection.received[..<taken]))
        connection.use(taken)
        return taken
    }

    /// `nil` if the line has not come in full.
    private func takeChunkSize(from connection: Connection) throws -> Int? {
        let received = connection.received
        guard let end = self.lineEnd(in: received) else { return nil }
        var size = 0
        var index = 0
        while index < end, let digit = Self.hexadecimalDigit(received[index]) {
            guard index < 12 else { throw Failure("a chunk of a size that cannot be") }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0 else { throw Failure("a chunk without a size") }
        connection.use(end + 1)
        return size
    }

    private func lineEnd(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress, let end = memchr(start, Int32(UInt8(ascii: "\n")), bytes.count) else {
            return nil
        }
        return UnsafeRawPointer(end) - start
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
