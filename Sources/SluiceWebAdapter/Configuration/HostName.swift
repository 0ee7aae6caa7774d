// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a connection can be made to: a host by its name, or by its address.
enum HostName {
    /// The address in `[::1]`, as it stands in a URL, which is how AWS's adapter takes it.
    static func withoutBrackets(_ text: String) -> String {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.utf8.contains(UInt8(ascii: ":")) else { return text }
        return String(text.dropFirst().dropLast())
    }

    /// Without brackets. A colon that is alone is in no address, and would be a port's.
    static func isOne(_ text: String) -> Bool {
        text.utf8.allSatisfy(self.isPart) && text.utf8.count { $0 == UInt8(ascii: ":") } != 1
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        // The last before the interface of an address that holds for a link only.
        default: ".-_:%".utf8.contains(byte)
        }
    }
}
