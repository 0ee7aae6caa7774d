// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// 64 KiB of noise that a download repeats, so that the checksum of any length is known at once.
enum RepeatedBlock {
    static let bytes: [UInt8] = {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<65_536).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }()

    private static let blockChecksum = CRC32.checksum(of: Self.bytes)
    private static let shift = CRC32.Shift(bytes: Self.bytes.count)

    /// The CRC-32 of the first `bytes` bytes of the blocks laid end to end.
    static func checksum(bytes: Int) -> UInt32 {
        var checksum: UInt32 = 0
        for _ in 0..<(bytes / self.bytes.count) {
            checksum = self.shift.apply(to: checksum) ^ self.blockChecksum
        }
        let rest = bytes % self.bytes.count
        return CRC32.Shift(bytes: rest).apply(to: checksum) ^ CRC32.checksum(of: self.bytes.prefix(rest))
    }
}
