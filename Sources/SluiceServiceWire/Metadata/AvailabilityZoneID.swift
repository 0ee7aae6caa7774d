// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The id of a region's first Availability Zone, such as `use1-az1` in `us-east-1`.
///
/// An id is the same place for every account, which a name such as `us-east-1a` is not. It begins with the region in
/// short: the directions by their letters, the rest by its first. (Amazon EC2 User Guide, "Availability Zones".)
package struct AvailabilityZoneID: Hashable, Sendable {
    package let text: String

    /// - Parameter region: as functions are configured; one that is made up has an id that is made up.
    package init(region: String) {
        let parts = region.split(separator: "-")
        let short = parts.dropFirst().map { Self.directions[$0] ?? ($0.allSatisfy(\.isNumber) ? $0 : $0.prefix(1)) }
        // What stands in JSON as it is: a region is anything that its owner writes.
        let letters = (parts.prefix(1) + short).joined().utf8.filter(Self.isPlain)
        self.text = String(decoding: letters, as: UTF8.self) + "-az1"
    }

    private static let directions: [Substring: Substring] = [
        "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
    ]

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
