// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a `Range` field asks for. (RFC 9110, sections 14.1.1, 14.1.2 and 14.2.)
package enum ByteRange: Hashable, Sendable {
    /// `bytes=a-`: from there to the end.
    case from(Int64)
    /// `bytes=a-b`: both ends belong to it.
    case closed(first: Int64, last: Int64)
    /// `bytes=-n`: the last so many bytes.
    case suffix(Int64)

    /// `nil` for all that has to be answered as if it were not there: another unit, what is no range, and, since a
    /// server may, several ranges. (Section 14.2: "A server MAY ignore the Range header field"; invalid ones "MUST".)
    package init?(field: String) {
        let field = field.utf8
        guard let equals = field.firstIndex(of: UInt8(ascii: "=")), Self.isBytes(field[..<equals]) else { return nil }
        var only: Substring.UTF8View?
        for element in field[field.index(after: equals)...].split(separator: UInt8(ascii: ",")) {
            // Elements of a list may be empty and have white space around them. (Section 5.6.1.2.)
            let element = element.trimmingWhiteSpace
            guard !element.isEmpty else { continue }
            guard only == nil else { return nil }
            only = element
        }
        guard let only else { return nil }
        self.init(specifier: only)
    }

    private init?(specifier: Substring.UTF8View) {
        guard let hyphen = specifier.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let before = specifier[..<hyphen]
        let after = specifier[specifier.index(after: hyphen)...]
        switch (before.isEmpty, after.isEmpty) {
        case (true, true):
            return nil
        case (true, false):
            guard let count = Self.number(after) else { return nil }
            self = .suffix(count)
        case (false, true):
            guard let first = Self.number(before) else { return nil }
            self = .from(first)
        case (false, false):
            // One that ends before it begins is invalid, not unsatisfiable.
            guard let first = Self.number(before), let last = Self.number(after), first <= last else { return nil }
            self = .closed(first: first, last: last)
        }
    }

    /// The unit's name has no case. (Section 14.1.)
    private static func isBytes(_ unit: Substring.UTF8View) -> Bool {
        unit.elementsEqual("bytes".utf8) { $0 | 0x20 == $1 }
    }

    /// Digits only. A number beyond `Int64` is no less than any length, and so is `Int64.max`.
    private static func number(_ digits: Substring.UTF8View) -> Int64? {
        var number: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (tens, overflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflows) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            number = overflows || sumOverflows ? .max : sum
        }
        return number
    }

    // MARK: Its bytes

    package enum Resolution: Hashable, Sendable {
        /// Not empty, and within the length.
        case part(Range<Int64>)
        /// Everything, as if no range had been asked for.
        case whole
        /// 416
        case unsatisfiable
    }

    /// Which bytes it means of so many.
    package func resolved(length: Int64) -> Resolution {
        switch self {
        case .from(let first):
            return first < length ? .part(first..<length) : .unsatisfiable
        case .closed(let first, let last):
            return first < length ? .part(first..<min(last, length - 1) + 1) : .unsatisfiable
        case .suffix(0):
            return .unsatisfiable
        case .suffix(let count):
            // The end of nothing is satisfiable, but Content-Range has no way to say it.
            return length > 0 ? .part(max(0, length - count)..<length) : .whole
        }
    }
}

extension Substring.UTF8View {
    /// Without spaces and tabs at both ends.
    var trimmingWhiteSpace: Self {
        var trimmed = self
        while let first = trimmed.first, first == 0x20 || first == 0x09 { trimmed.removeFirst() }
        while let last = trimmed.last, last == 0x20 || last == 0x09 { trimmed.removeLast() }
        return trimmed
    }
}
