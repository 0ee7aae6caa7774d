// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The value of a `Cookie` field.
package enum CookieField {
    /// `name=value` each, without the spaces between them.
    package static func cookies(in value: String) -> [String] {
        value.utf8.split(separator: UInt8(ascii: ";")).compactMap { cookie in
            let trimmed = cookie.drop { $0 == 0x20 || $0 == 0x09 }
            return trimmed.isEmpty ? nil : String(Substring(trimmed))
        }
    }
}
