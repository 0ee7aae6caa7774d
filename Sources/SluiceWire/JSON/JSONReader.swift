// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

extension JSONValue {
    /// Reads one JSON text (RFC 8259, UTF-8, no byte order mark), whitespace around it allowed.
    ///
    /// - Parameter maximumDepth: How many arrays and objects may stand within each other. Never more than
    ///   `Limits.maximumJSONDepth`, since each level costs stack.
    package init(
        parsing bytes: some Collection<UInt8>,
        maximumBytes: Int = Limits.maximumBufferedResponseBytes,
        maximumDepth: Int = Limits.maximumJSONDepth
    ) throws(JSONError) {
        self = try Self.read(bytes, maximumBytes: maximumBytes, maximumDepth: maximumDepth, keepsValues: true)
    }

    private static func read(
        _ bytes: some Collection<UInt8>,
        maximumBytes: Int,
        maximumDepth: Int,
        keepsValues: Bool
    ) throws(JSONError) -> JSONValue {
        func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> {
            guard bytes.count <= maximumBytes else { return .failure(.tooLong(limitBytes: maximumBytes)) }
            let depth = min(maximumDepth, Limits.maximumJSONDepth)
            var reader = JSONReader(bytes: bytes, maximumDepth: depth, keepsValues: keepsValues)
            return Result { () throws(JSONError) in try reader.readText() }
        }
        let result = bytes.withContiguousStorageIfAvailable(read) ?? Array(bytes).withUnsafeBufferPointer(read)
        return try result.get()
    }

    /// Whether the readable bytes of `bytes` are one JSON text: the same reading, of which nothing is kept. An event
    /// of 6 MB is passed on as it came, and must not hold up everyone else's streams while it is looked at.
    package static func check(
        _ bytes: ByteBuffer,
        maximumBytes: Int = Limits.maximumBufferedResponseBytes,
        maximumDepth: Int = Limits.maximumJSONDepth
    ) throws(JSONError) {
        _ = try Self.read(
            bytes.readableBytesView,
            maximumBytes: maximumBytes,
            maximumDepth: maximumDepth,
            keepsValues: false
        )
    }

    /// Reads the readable bytes of `bytes` as one JSON text.
    package init(
        parsing bytes: ByteBuffer,
        maximumBytes: Int = Limits.maximumBufferedResponseBytes,
        maximumDepth: Int = Limits.maximumJSONDepth
    ) throws(JSONError) {
        try self.init(parsing: bytes.readableBytesView, maximumBytes: maximumBytes, maximumDepth: maximumDepth)
    }
}

/// Reads by recursion, one call a level of nesting; the level is bounded.
///
/// `index` never passes `bytes.endIndex`, and every look at a byte goes through `peek`, which checks that.
struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    /// Without it every value is checked in full and read as null.
    let keepsValues: Bool
    var index = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int, keepsValues: Bool) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        self.keepsValues = keepsValues
    }

    mutating func readText() throws(JSONError) -> JSONValue {
        let value = try self.readValue(depth: 0)
        self.skipWhitespace()
        guard self.index == self.bytes.endIndex else { throw .trailingBytes(offset: self.index) }
        return value
    }

    private mutating func readValue(depth: Int) throws(JSONError) -> JSONValue {
        self.skipWhitespace()
        let byte = try self.peek()
        switch byte {
        case UInt8(ascii: "\""): return try self.readStringIfKept().map { .string($0) } ?? .null
        case UInt8(ascii: "{"): return .object(try self.readObject(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try self.readArray(depth: depth + 1))
        case UInt8(ascii: "t"): return try self.readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try self.readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try self.readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.readNumber()
        default: throw .unexpectedByte(byte, expected: .value, offset: self.index)
        }
    }

    private mutating func readArray(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= self.maximumDepth else { throw .tooDeep(limit: self.maximumDepth, offset: self.index) }
        self.index += 1
        self.skipWhitespace()
        var elements: [JSONValue] = []
        if try self.peek() == UInt8(ascii: "]") {
            self.index += 1
            return elements
        }
        while true {
            let element = try self.readValue(depth: depth)
            if self.keepsValues { elements.append(element) }
            self.skipWhitespace()
            let byte = try self.peek()
            if byte == UInt8(ascii: "]") {
                self.index += 1
                return elements
            }
            guard byte == UInt8(ascii: ",") else {
                throw .unexpectedByte(byte, expected: .commaOrEndOfArray, offset: self.index)
            }
            self.index += 1
        }
    }

    private mutating func readObject(depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= self.maximumDepth else { throw .tooDeep(limit: self.maximumDepth, offset: self.index) }
        self.index += 1
        self.skipWhitespace()
        var object = JSONObject()
        var byte = try self.peek()
        if byte == UInt8(ascii: "}") {
            self.index += 1
            return object
        }
        var isFirst = true
        while true {
            guard byte == UInt8(ascii: "\"") else {
                let expected: JSONError.Expectation = isFirst ? .memberNameOrEnd : .memberName
                throw .unexpectedByte(byte, expected: expected, offset: self.index)
            }
            isFirst = false
            let name = try self.readStringIfKept()
            self.skipWhitespace()
            byte = try self.peek()
            guard byte == UInt8(ascii: ":") else {
                throw .unexpectedByte(byte, expected: .colon, offset: self.index)
            }
            self.index += 1
            let value = try self.readValue(depth: depth)
            if let name { object[name] = .some(value) }
            self.skipWhitespace()
            byte = try self.peek()
            if byte == UInt8(ascii: "}") {
                self.index += 1
                return object
            }
            guard byte == UInt8(ascii: ",") else {
                throw .unexpectedByte(byte, expected: .commaOrEndOfObject, offset: self.index)
            }
            self.index += 1
            self.skipWhitespace()
            byte = try self.peek()
        }
    }

    private mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = self.index
        guard let end = JSONNumber.endOfNumber(in: self.bytes, from: start) else {
            throw .invalidNumber(offset: start)
        }
        self.index = end
        guard self.keepsValues else { return .null }
        return .number(JSONNumber(checked: String(decoding: self.bytes[start..<end], as: UTF8.self)))
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            let byte = try self.peek()
            guard byte == word.utf8Start[offset] else {
                throw .unexpectedByte(byte, expected: .value, offset: self.index)
            }
            self.index += 1
        }
        return value
    }

    private mutating func skipWhitespace() {
        while self.index < self.bytes.endIndex {
            switch self.bytes[self.index] {
            case 0x20, 0x0A, 0x0D, 0x09: self.index += 1
            default: return
            }
        }
    }

    func peek() throws(JSONError) -> UInt8 {
        guard self.index < self.bytes.endIndex else { throw .unexpectedEnd(offset: self.index) }
        return self.bytes[self.index]
    }
}
