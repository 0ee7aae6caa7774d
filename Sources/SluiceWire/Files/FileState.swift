// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A file at one moment, as far as HTTP tells it apart from another.
package struct FileState: Hashable, Sendable {
    package var sizeBytes: Int64
    /// When its bytes last changed: seconds since 1970, and nanoseconds after these.
    package var modifiedSeconds: Int64
    package var modifiedNanoseconds: Int64

    package init(sizeBytes: Int64, modifiedSeconds: Int64, modifiedNanoseconds: Int64) {
        self.sizeBytes = sizeBytes
        self.modifiedSeconds = modifiedSeconds
        self.modifiedNanoseconds = modifiedNanoseconds
    }

    /// Size and time of change, as most servers make it. The number of the inode is no part of it: each execution
    /// environment has its own for the same file.
    package var entityTag: EntityTag {
        let parts = [self.sizeBytes, self.modifiedSeconds, self.modifiedNanoseconds]
        return EntityTag(opaque: parts.map { String($0, radix: 16) }.joined(separator: "-"))
    }

    package var lastModified: String { CivilTime(secondsSinceEpoch: self.modifiedSeconds).httpDate }
}
