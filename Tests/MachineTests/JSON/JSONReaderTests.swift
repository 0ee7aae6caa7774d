// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceWire
import Testing

@Suite struct JSONReaderTests {
    /// Reads it, and checks that the pass which keeps nothing comes to the same verdict.
    private func read(_ text: String) throws(JSONError) -> JSONValue {
        let checked = Result { () throws(JSONError) in try JSONValue.check(ByteBuffer(string: text)) }
        let result = Result { () throws(JSONError) in try JSONValue(parsing: text.utf8) }
        switch (checked, result) {
        case (.success, .success): break
        case (.failure(let first), .failure(let second)): #expect(first == second, "\(text)")
        case (.success, .failure), (.failure, .success): Issue.record("\(text): \(checked), \(result)")
        }
        return try result.get()
    }

    @Test func readsEveryKindOfValue() throws {
        let text = #" {"a":null,"b":[true,false],"c":-12.50e+3,"d":"x","e":{},"f":[]} "#
        let expected: JSONValue = [
            "a": nil, "b": [true, false], "c": .number(try #require(JSONNumber(text: "-12.50e+3"))),
            "d": "x", "e": [:], "f": [],
        ]
        #expect(try self.read(text) == expected)
    }

    @Test(arguments: ["1", "-0", "1.0", "1e400", "123456789012345678901234567890", "0.10"])
    func keepsANumberAsItIsWritten(_ text: String) throws {
        #expect(try self.read(text) == .number(try #require(JSONNumber(text: text))))
        #expect(try self.read(text).description == text)
    }

    @Test(arguments: [
        "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "1_0", "Infinity", "NaN", "-Infinity", "--1", "٣",
    ])
    func refusesWhatIsNoNumber(_ text: String) {
        #expect(throws: JSONError.self) { try self.read(text) }
        #expect(JSONNumber(text: text) == nil)
    }

    @Test func givesOnlyIntegersThatFit() throws {
        #expect(try self.read("9223372036854775807").intValue == .max)
        #expect(try self.read("-9223372036854775808").intValue == .min)
        #expect(try self.read("9223372036854775808").intValue == nil)
        #expect(try self.read("1.0").intValue == nil)
        #expect(try self.read("-0").intValue == 0)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""a\u0000b""#, "a\0b"),
        (#""\u00e9\u20AC""#, "é€"),
        (#""\ud83d\ude00!""#, "😀!"),
        (#""0123456789\u0041 0123456789""#, "0123456789A 0123456789"),
        ("\"né€😀\u{7f}\"", "né€😀\u{7f}"),
    ])
    func undoesEscapes(_ text: String, _ expected: String) throws {
        #expect(try self.read(text) == .string(expected))
    }

    @Test func saysWhatIsWrongAndWhere() {
        let cases: [(String, JSONError)] = [
            ("", .unexpectedEnd(offset: 0)),
            ("  ", .unexpectedEnd(offset: 2)),
            ("[1,", .unexpectedEnd(offset: 3)),
            ("\"abc", .unexpectedEnd(offset: 4)),
            ("\"ab\\", .unexpectedEnd(offset: 4)),
            ("[1,]", .unexpectedByte(UInt8(ascii: "]"), expected: .value, offset: 3)),
            ("[1 2]", .unexpectedByte(UInt8(ascii: "2"), expected: .commaOrEndOfArray, offset: 3)),
            ("{1:2}", .unexpectedByte(UInt8(ascii: "1"), expected: .memberNameOrEnd, offset: 1)),
            (#"{"a":1,}"#, .unexpectedByte(UInt8(ascii: "}"), expected: .memberName, offset: 7)),
            (#"{"a" 1}"#, .unexpectedByte(UInt8(ascii: "1"), expected: .colon, offset: 5)),
            (#"{"a":1;"#, .unexpectedByte(UInt8(ascii: ";"), expected: .commaOrEndOfObject, offset: 6)),
            ("trUe", .unexpectedByte(UInt8(ascii: "U"), expected: .value, offset: 2)),
            ("nul", .unexpectedEnd(offset: 3)),
            ("1 1", .trailingBytes(offset: 2)),
            ("[-]", .invalidNumber(offset: 1)),
            (#"["\x"]"#, .invalidEscape(offset: 2)),
            (#""\u00g0""#, .invalidEscape(offset: 1)),
            (#""\ud800""#, .loneSurrogate(offset: 1)),
            (#""\udc00""#, .loneSurrogate(offset: 1)),
            (#""\ud800\u0041""#, .loneSurrogate(offset: 1)),
            (#""\ud800\ud800""#, .loneSurrogate(offset: 1)),
            ("\"a\nb\"", .controlCharacter(0x0A, offset: 2)),
            ("\"0123456789\0\"", .controlCharacter(0, offset: 11)),
            ("\u{FEFF}1", .unexpectedByte(0xEF, expected: .value, offset: 0)),
        ]
        for (text, error) in cases {
            #expect(throws: error, "\(text.debugDescription)") { try self.read(text) }
        }
        #expect(
            JSONError.unexpectedByte(UInt8(ascii: "]"), expected: .value, offset: 3).description
                == "JSON has ']' at byte 3, where a value should be"
        )
        #expect(JSONError.controlCharacter(1, offset: 9).description.hasPrefix("JSON has the control character 0x01"))
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xC3], [0x80], [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        for escape in ["", #"\n"#] {
            let text = Array(#"{"k":""#.utf8) + bytes + Array("\(escape)\"}".utf8)
            #expect(throws: JSONError.invalidUTF8(offset: 5)) { try JSONValue(parsing: text) }
        }
    }

    @Test func readsToTheDepthLimitAndNotBeyond() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try self.read(nested(Limits.maximumJSONDepth)) }
        #expect(throws: JSONError.tooDeep(limit: 128, offset: 128)) { try self.read(nested(129)) }
        #expect(throws: JSONError.tooDeep(limit: 2, offset: 2)) {
            try JSONValue(parsing: nested(3).utf8, maximumDepth: 2)
        }
        let hostile = String(repeating: #"{"a":["#, count: 1_000_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: hostile.utf8, maximumBytes: .max, maximumDepth: .max) }
    }

    @Test func refusesMoreBytesThanAllowed() {
        #expect(throws: JSONError.tooLong(limitBytes: 3)) { try JSONValue(parsing: "1234".utf8, maximumBytes: 3) }
        #expect(throws: Never.self) { try JSONValue(parsing: "123".utf8, maximumBytes: 3) }
    }

    @Test func readsBytesThatAreNotContiguousAndBuffersThatBeginLater() throws {
        #expect(try JSONValue(parsing: "[1]".utf8.reversed().reversed().lazy.map { $0 }) == [1])
        var buffer = ByteBuffer(string: "xx[1]")
        buffer.moveReaderIndex(forwardBy: 2)
        #expect(try JSONValue(parsing: buffer) == [1])
    }

    @Test func neverTrapsOnAPrefixOfAText() throws {
        let text = Array(#" {"a\u00e9\ud83d\ude00":[1.5e-3,"é€😀\\",true,false,null,{"b":{}}],"c":[]}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONError.self, "first \(count) bytes") { try JSONValue(parsing: text.prefix(count)) }
        }
        #expect(throws: Never.self) { try JSONValue(parsing: text) }
    }

    @Test func writesWhatItReads() throws {
        let text = #"{"a":[1,-2.50,"\u0000\u001f\"\\\n€"],"b":{"c":null},"d":true}"#
        #expect(try self.read(text).description == text)
        let everyByte = String(String.UnicodeScalarView((0..<0x180).compactMap { Unicode.Scalar($0 as UInt32) }))
        for start in 0..<9 {
            let value = JSONValue.string(String(everyByte.unicodeScalars.dropFirst(start)))
            let written = value.serialized()
            #expect(!written.readableBytesView.contains { $0 < 0x20 })
            #expect(try JSONValue(parsing: written) == value)
        }
    }
}
