// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The last that a process wrote, within a bound.
package struct ErrorTail {
    private var bytes: [UInt8] = []
    private let limit = AdapterLimits.errorOutputBytes

    package init() {}

    package mutating func append(_ new: some Collection<UInt8>) {
        self.bytes += new.suffix(self.limit)
        if self.bytes.count > 2 * self.limit { self.bytes.removeFirst(self.bytes.count - self.limit) }
    }

    /// Whole lines, the last of them, without what is blank; the first may be cut at its beginning.
    package var lines: [String] {
        self.bytes.suffix(self.limit).split(separator: UInt8(ascii: "\n")).suffix(AdapterLimits.errorOutputLines)
            .map { String(decoding: $0.filter { $0 >= 0x20 || $0 == 0x09 }, as: UTF8.self) }
            .filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
