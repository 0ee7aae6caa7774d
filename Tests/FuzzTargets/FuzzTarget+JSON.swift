// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceWire

extension FuzzTarget {
    private static func read(_ bytes: ByteBuffer) -> Result<JSONValue, JSONError> {
        Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
    }

    /// Reading and checking agree; what was read is written as JSON that reads the same.
    static func tryJSON(_ input: [UInt8]) throws(FuzzFinding) {
        let buffer = ByteBuffer(bytes: input)
        let result = Self.read(buffer)
        let checked = Result { () throws(JSONError) in try JSONValue.check(buffer) }
        switch (result, checked) {
        case (.success(let value), .success):
            let written = value.serialized()
            try require(!written.readableBytesView.contains { $0 < 0x20 }, "a control byte in \(written)")
            let again = Self.read(written)
            try require(again == .success(value), "written and read: \(again), before: \(value)")
            let twice = try? again.get().serialized()
            try require(twice == written, "written twice: \(String(describing: twice)), once: \(written)")
        case (.failure(let error), .failure(let other)):
            try require(error == other, "reading says \(error), checking \(other)")
            // Its text has to be made whatever the bytes were.
            _ = "\(error)"
        case (.success, .failure(let error)), (.failure(let error), .success):
            throw FuzzFinding("reading and checking do not agree: \(error)")
        }
        // A stricter depth never takes what a laxer one refuses.
        if case .failure = result {
            let shallow = Result { () throws(JSONError) in try JSONValue(parsing: buffer, maximumDepth: 3) }
            if case .success(let value) = shallow { throw FuzzFinding("refused, and with less depth \(value)") }
        }
    }

    /// Every text has one reading, and the bytes one writing.
    static func tryBase64(_ input: [UInt8]) throws(FuzzFinding) {
        try require(Base64.decode(Base64.encode(input).utf8) == input, "written and read")
        // Not of contiguous memory, which is another way through it.
        try require(Base64.encode(input.lazy.map(\.self)) == Base64.encode(input), "encoded in two ways")
        guard let decoded = Base64.decode(input) else { return }
        try require(Array(Base64.encode(decoded).utf8) == input, "read, and written differently")
        try require(Base64.decode(input.lazy.map(\.self)) == decoded, "decoded in two ways")
    }
}
