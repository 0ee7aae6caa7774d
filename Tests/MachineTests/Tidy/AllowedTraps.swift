// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Every trap in Sources, with the reason for which it may stay. An entry that matches nothing fails the test too.
let allowedTraps: [AllowedTrap] = [
    AllowedTrap(
        file: "Sources/SluiceWire/RuntimeAPI/RuntimeAPIHeader.swift",
        fragment: "HTTPField.Name(String(describing: literal))!",
        reason: "a StaticString, so only this package's own constants come here, and each is read by a test"
    ),
    AllowedTrap(
        file: "Sources/Sluice/Runtime/InvocationDeadline.swift",
        fragment: "a child that was added gives its value",
        reason: "the group has exactly one child, and a child of a group that cannot throw always gives its value"
    ),
    AllowedTrap(
        file: "Sources/SluiceDemoFunction/DownloadRoute.swift",
        fragment: "Self(\"x-checksum-crc32\")!",
        reason: "a literal that is a valid field name; the route's test reads it"
    ),
    AllowedTrap(
        file: "Sources/SluiceDemoFunction/DownloadRoute.swift",
        fragment: "Self(\"x-body-bytes\")!",
        reason: "a literal that is a valid field name; the route's test reads it"
    ),
]
