// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// One line of newline-delimited JSON.
package enum JSONLine {
    /// None is registered; this is the one that the format's own specification asks for (ndjson-spec, 3.3). The OpenAPI
    /// Initiative's media type registry, "Sequential JSON", has it, too, beside `application/jsonl`.
    package static let mediaType = "application/x-ndjson"

    /// Appends the line's end, after a look for what would make several lines, or none, of one.
    ///
    /// (ndjson-spec, 3.1: "The JSON texts MUST NOT contain newlines or carriage returns".)
    package static func end(_ line: inout ByteBuffer) throws(JSONLineError) {
        guard line.readableBytes > 0 else { throw .empty }
        let hasLineBreak = line.withUnsafeReadableBytes { bytes in
            bytes.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        }
        guard !hasLineBreak else { throw .lineBreak }
        line.writeInteger(UInt8(ascii: "\n"))
    }
}

/// Why some bytes are no line.
package enum JSONLineError: Error, Hashable {
    case empty
    case lineBreak
}

extension JSONLineError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "a line of JSON lines cannot be empty; send null, or nothing"
        case .lineBreak:
            """
            a line of JSON lines cannot have a line break; write the JSON without line breaks between its parts, and \
            leave out the one at its end, which is added
            """
        }
    }
}
