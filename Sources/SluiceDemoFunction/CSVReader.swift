// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Reads CSV as RFC 4180 describes it, record by record: quoted fields may hold commas, line ends and doubled quotes.
struct CSVReader {
    struct Record: Equatable {
        /// From 1; the first line that holds part of it.
        let line: Int
        let fields: [String]
    }

    enum Malformed: Error, Equatable {
        /// A quote that was opened here and never closed.
        case unclosedQuote(line: Int)
        /// Something other than a comma or a line end follows a closing quote.
        case textAfterQuote(line: Int)

        var line: Int {
            switch self {
            case .unclosedQuote(let line), .textAfterQuote(let line): line
            }
        }

        var message: String {
            switch self {
            case .unclosedQuote: "a quoted field is never closed"
            case .textAfterQuote: "text follows a closing quote"
            }
        }
    }

    private var rest: ArraySlice<UInt8>
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.rest = bytes[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.rest = self.rest.dropFirst(3) }
    }

    /// The next record that is not an empty line; `nil` at the end. Nothing follows a record that is malformed.
    mutating func next() throws(Malformed) -> Record? {
        while self.takeLineEnd() {}
        guard !self.rest.isEmpty else { return nil }
        let first = self.line
        var fields: [String] = []
        repeat {
            fields.append(try self.field())
        } while self.take(",")
        _ = self.takeLineEnd()
        return Record(line: first, fields: fields)
    }

    private mutating func field() throws(Malformed) -> String {
        guard self.take("\"") else {
            let plain = self.rest.prefix { $0 != UInt8(ascii: ",") && $0 != 0x0A && $0 != 0x0D }
            self.rest = self.rest.dropFirst(plain.count)
            return String(decoding: plain, as: UTF8.self)
        }
        let start = self.line
        var bytes: [UInt8] = []
        while let byte = self.rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                if self.take("\"") {
                    bytes.append(byte)
                    continue
                }
                guard self.isAtFieldEnd else {
                    self.rest = []
                    throw .textAfterQuote(line: self.line)
                }
                return String(decoding: bytes, as: UTF8.self)
            }
            if byte == 0x0A { self.line += 1 }
            bytes.append(byte)
        }
        throw .unclosedQuote(line: start)
    }

    private var isAtFieldEnd: Bool {
        guard let byte = self.rest.first else { return true }
        return byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.rest.first == UInt8(ascii: character) else { return false }
        self.rest = self.rest.dropFirst()
        return true
    }

    /// LF, CRLF or a lone CR.
    private mutating func takeLineEnd() -> Bool {
        guard self.take("\r") || self.rest.first == 0x0A else { return false }
        _ = self.take("\n")
        self.line += 1
        return true
    }
}
