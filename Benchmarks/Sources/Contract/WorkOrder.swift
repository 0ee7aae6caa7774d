// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a measured function is asked to do: the handler contract, which README.md describes for functions in other
/// languages. On the wire it is a JSON object, as the event itself or as the body in a Function URL's event.
package struct WorkOrder: Equatable, Sendable {
    package enum Mode: String, Sendable {
        /// An answer of 11 bytes, buffered.
        case tiny
        /// An HTTP response whose body is streamed.
        case stream
        /// The same, and it fails half-way.
        case midfail
        /// A stream of so many lines as `bytes` says, each with the time at which it was written.
        case stamped
    }

    package var mode: Mode
    package var bytes: Int
    package var chunkBytes: Int
    /// How long to wait behind each chunk.
    package var gapMilliseconds: Int

    package init(_ mode: Mode = .stream, bytes: Int = 11, chunkBytes: Int = 11, gapMilliseconds: Int = 0) {
        self.mode = mode
        self.bytes = bytes
        self.chunkBytes = chunkBytes
        self.gapMilliseconds = gapMilliseconds
    }

    /// The event that orders it.
    package var event: String {
        switch self.mode {
        case .tiny: #"{"mode":"tiny"}"#
        case .stream, .midfail, .stamped:
            #"{"mode":"\#(self.mode.rawValue)","bytes":\#(self.bytes),"chunk":\#(self.chunkBytes),"gapMs":\#(self.gapMilliseconds)}"#
        }
    }

    package static let tinyAnswer: StaticString = "hello world"
}

extension WorkOrder {
    /// Reads an event. It looks for the four members by name and is no JSON reader: the cost of one would be measured
    /// along, and would differ from language to language.
    package init(event: UnsafeRawBufferPointer) {
        self.init()
        if let value = Self.value(of: "mode", in: event) {
            let letters = event[value...].prefix { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
            self.mode = Mode(rawValue: String(decoding: letters, as: UTF8.self)) ?? .stream
        }
        self.bytes = Self.number("bytes", in: event) ?? self.bytes
        self.chunkBytes = max(Self.number("chunk", in: event) ?? self.chunkBytes, 1)
        self.gapMilliseconds = Self.number("gapMs", in: event) ?? self.gapMilliseconds
    }

    private static func number(_ name: StaticString, in event: UnsafeRawBufferPointer) -> Int? {
        guard let value = self.value(of: name, in: event) else { return nil }
        var number = 0
        // Nine digits are more than any order has, and cannot overflow.
        for byte in event[value...].prefix(9) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }

    /// Where the value of a member begins. Quotation marks are skipped along with the backslashes before them, which
    /// they have in the body of a Function URL's event.
    private static func value(of name: StaticString, in event: UnsafeRawBufferPointer) -> Int? {
        let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        var index = 1
        while index + wanted.count < event.count {
            if event[index] == wanted[0], event[index - 1] == UInt8(ascii: "\""),
                wanted.indices.allSatisfy({ event[index + $0] == wanted[$0] })
            {
                var end = index + wanted.count
                var hasColon = false
                while end < event.count, "\\\": ".utf8.contains(event[end]) {
                    hasColon = hasColon || event[end] == UInt8(ascii: ":")
                    end += 1
                }
                if hasColon, end < event.count { return end }
            }
            index += 1
        }
        return nil
    }
}
