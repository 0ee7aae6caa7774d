// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The IEEE CRC-32 (polynomial 0xEDB88320, as in zlib), sixteen bytes at a time.
///
/// A table for each of sixteen byte positions lets the sixteen look-ups of one step run side by side; a look-up per
/// byte would wait for the one before it and stay near 0.4 GB/s.
struct CRC32 {
    private var state: UInt32 = 0xFFFF_FFFF

    /// The checksum of everything fed so far; more may be fed afterwards.
    var checksum: UInt32 { ~self.state }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        self.state = Self.tables.withUnsafeBufferPointer { tables in
            Self.advance(self.state, over: bytes, tables)
        }
    }

    /// Feeds `value` as its four big-endian bytes.
    mutating func update(_ value: UInt32) {
        withUnsafeBytes(of: value.bigEndian) { self.update($0) }
    }

    private static func advance(
        _ state: UInt32,
        over bytes: UnsafeRawBufferPointer,
        _ tables: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        var state = state
        var offset = 0
        let wholeSteps = bytes.count & ~15
        while offset < wholeSteps {
            let first = Self.word(bytes, offset) ^ state
            let second = Self.word(bytes, offset &+ 4)
            let third = Self.word(bytes, offset &+ 8)
            let fourth = Self.word(bytes, offset &+ 12)
            state =
                Self.lookUp(tables, first, 12) ^ Self.lookUp(tables, second, 8)
                ^ Self.lookUp(tables, third, 4) ^ Self.lookUp(tables, fourth, 0)
            offset &+= 16
        }
        while offset < bytes.count {
            state = tables[Int((state ^ UInt32(bytes[offset])) & 0xFF)] ^ (state >> 8)
            offset &+= 1
        }
        return state
    }

    /// Four bytes at `offset`, least significant first; the caller has checked that they are there.
    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The four look-ups for one word whose last byte has `following` bytes of the same step behind it.
    /// Every index is below 4096: a table number of 0 to 15 times 256, and one byte.
    @inline(__always)
    private static func lookUp(_ tables: UnsafeBufferPointer<UInt32>, _ word: UInt32, _ following: Int) -> UInt32 {
        let base = following &* 256
        return tables[base &+ 768 &+ Int(word & 0xFF)]
            ^ tables[base &+ 512 &+ Int((word >> 8) & 0xFF)]
            ^ tables[base &+ 256 &+ Int((word >> 16) & 0xFF)]
            ^ tables[base &+ Int(word >> 24)]
    }

    /// `tables[256 * n + byte]` is the CRC of `byte` with `n` zero bytes behind it.
    private static let tables: [UInt32] = {
        var tables = [UInt32]()
        tables.reserveCapacity(16 * 256)
        for byte in 0..<UInt32(256) {
            var value = byte
            for _ in 0..<8 {
                value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
            }
            tables.append(value)
        }
        for index in 256..<(16 * 256) {
            let previous = tables[index - 256]
            tables.append(tables[Int(previous & 0xFF)] ^ (previous >> 8))
        }
        return tables
    }()
}
