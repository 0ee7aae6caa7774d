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
        func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> {
            guard bytes.count <= maximumBytes else { return .failure(.tooLong(limitBytes: maximumBytes)) }
            var reader = JSONReader(bytes: bytes, maximumDepth: min(maximumDepth, Limits.maximumJSONDepth))
            return Result { () throws(JSONError) in try reader.readText() }
        }
        let result = bytes.withContiguousStorageIfAvailable(read) ?? Array(bytes).withUnsafeBufferPointer(read)
        self = try result.get()
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
    var index = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
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
        case UInt8(ascii: "\""): return .string(try self.readString())
        case UInt8(ascii: "{"): return .object(try self.readObject(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try self.readArray(depth: depth + 1))
        case UInt8(ascii: "t"): return try self.readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try self.readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try self.readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try self.readNumber())
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
            elements.append(try self.readValue(depth: depth))
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
        while true {
            guard byte == UInt8(ascii: "\"") else {
                let expected: JSONError.Expectation = object.isEmpty ? .memberNameOrEnd : .memberName
                throw .unexpectedByte(byte, expected: expected, offset: self.index)
            }
            let name = try self.readString()
            self.skipWhitespace()
            byte = try self.peek()
            guard byte == UInt8(ascii: ":") else {
                throw .unexpectedByte(byte, expected: .colon, offset: self.index)
            }
            self.index += 1
            object[name] = .some(try self.readValue(depth: depth))
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

    private mutating func readNumber() throws(JSONError) -> JSONNumber {
        guard let end = JSONNumber.endOfNumber(in: self.bytes, from: self.index) else {
            throw .invalidNumber(offset: self.index)
        }
        let text = String(decoding: self.bytes[self.index..<end], as: UTF8.self)
        self.index = end
        return JSONNumber(checked: text)
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
