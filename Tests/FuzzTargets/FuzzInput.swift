// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore

/// An input taken apart: where it is cut, and its lines.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.rest = bytes[...] }

    /// The next byte; 0 when there is none.
    mutating func byte() -> UInt8 { self.rest.popFirst() ?? 0 }

    /// What is left.
    var bytes: [UInt8] { Array(self.rest) }
    var buffer: ByteBuffer { ByteBuffer(bytes: self.rest) }
    var text: String { String(decoding: self.rest, as: UTF8.self) }

    /// Up to the next line feed, which is left out, as text.
    mutating func line() -> String {
        let line = self.rest.prefix { $0 != UInt8(ascii: "\n") }
        self.rest = self.rest.dropFirst(line.count + 1)
        return String(decoding: line, as: UTF8.self)
    }

    /// Lines of `name: value` up to an empty one, as far as they can be fields of HTTP.
    mutating func fields() -> HTTPFields {
        var fields = HTTPFields()
        while !self.rest.isEmpty, fields.count < 64 {
            let line = self.line()
            guard !line.isEmpty else { break }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            // A name with a colon is one of a pseudo field, and no parser lets it through.
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
            fields.append(HTTPField(name: name, value: String(parts[1].drop { $0 == " " })))
        }
        return fields
    }
}

/// Ways to cut the same bytes into pieces, from whole to one byte each.
enum FuzzPieces: CaseIterable {
    case whole, single, uneven

    func of(_ bytes: [UInt8]) -> [ByteBuffer] {
        switch self {
        case .whole: return [ByteBuffer(bytes: bytes)]
        case .single: return bytes.map { ByteBuffer(bytes: [$0]) }
        case .uneven:
            var pieces: [ByteBuffer] = []
            var rest = bytes[...]
            // Where the cuts are depends on the bytes, so that whoever changes these moves the cuts, too.
            var seed = bytes.reduce(into: UInt32(2_166_136_261)) { $0 = ($0 ^ UInt32($1)) &* 16_777_619 }
            while !rest.isEmpty {
                seed = seed &* 1_664_525 &+ 1_013_904_223
                let count = Int(seed >> 24) % 13
                pieces.append(ByteBuffer(bytes: rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            return pieces
        }
    }
}
