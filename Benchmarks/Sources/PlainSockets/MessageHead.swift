// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The head of an HTTP/1.1 message: first line and fields, as they came.
package struct MessageHead {
    package enum Framing: Equatable {
        case bytes(Int)
        case chunked
        /// Neither a length nor chunks are named.
        case unnamed
    }

    private let bytes: [UInt8]
    package let framing: Framing

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        if let coding = Self.value(of: "transfer-encoding", in: bytes) {
            guard coding == "chunked" else { throw Failure("a transfer coding other than chunked: \(coding)") }
            self.framing = .chunked
        } else if let length = Self.value(of: "content-length", in: bytes) {
            guard let count = Int(length), count >= 0 else { throw Failure("a content-length of \(length)") }
            self.framing = .bytes(count)
        } else {
            self.framing = .unnamed
        }
    }

    /// Such as `GET /path HTTP/1.1`.
    package var firstLine: String {
        String(decoding: self.bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }

    /// The value of a field; its name must be given in lower case.
    package func value(of name: StaticString) -> String? { Self.value(of: name, in: self.bytes) }

    private static func value(of name: StaticString, in bytes: [UInt8]) -> String? {
        var line = 0
        while let end = bytes[line...].firstIndex(of: UInt8(ascii: "\n")) {
            line = end + 1
            let colon = line + name.utf8CodeUnitCount
            guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { continue }
            let isIt = (0..<name.utf8CodeUnitCount).allSatisfy { index in
                let byte = bytes[line + index]
                let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
                return name.utf8Start[index] == (isCapital ? byte | 0x20 : byte)
            }
            guard isIt else { continue }
            let value = bytes[(colon + 1)...].prefix { $0 != UInt8(ascii: "\r") }.drop { $0 == UInt8(ascii: " ") }
            return String(decoding: value, as: UTF8.self)
        }
        return nil
    }
}

extension Connection {
    /// The next head, if all of it has come.
    package func takeHead() throws -> MessageHead? {
        let received = self.received
        guard let start = received.baseAddress else { return nil }
        var lineStart = 0
        while let end = memchr(start + lineStart, Int32(UInt8(ascii: "\n")), received.count - lineStart) {
            let nextLine = UnsafeRawPointer(end) - start + 1
            // The empty line behind the fields.
            if nextLine - lineStart == 2, received[lineStart] == UInt8(ascii: "\r") {
                let head = try MessageHead(Array(received[..<nextLine]))
                self.use(nextLine)
                return head
            }
            lineStart = nextLine
        }
        return nil
    }

    /// Waits for the next head; `nil` if the other side has ended the connection instead.
    package func readHead() throws -> MessageHead? {
        while true {
            if let head = try self.takeHead() { return head }
            guard try self.receive() else { return nil }
        }
    }
}
