// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// CRC-32 as in zlib, and the way to join the checksums of two pieces.
enum CRC32 {
    private static let polynomial: UInt32 = 0xEDB8_8320

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ Self.polynomial : value >> 1 }
    }

    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { value, byte in Self.table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    }

    /// What a number of zero bytes does to a checksum: a matrix over bits. The checksum of A followed by B is that of
    /// A, shifted by the length of B, xor that of B.
    struct Shift {
        private let columns: [UInt32]

        init(bytes: Int) {
            // One zero bit, then squared again and again; the factors that the length asks for are multiplied.
            var power = [Self.bit]
            var product: [UInt32] = (0..<32).map { 1 << $0 }
            var bits = bytes * 8
            while bits > 0 {
                let factor = power[power.count - 1]
                if bits & 1 == 1 { product = product.map { Self.multiply(factor, $0) } }
                power.append(factor.map { Self.multiply(factor, $0) })
                bits >>= 1
            }
            self.columns = product
        }

        func apply(to checksum: UInt32) -> UInt32 { Self.multiply(self.columns, checksum) }

        private static let bit: [UInt32] = [CRC32.polynomial] + (0..<31).map { 1 << $0 }

        private static func multiply(_ matrix: [UInt32], _ vector: UInt32) -> UInt32 {
            zip(matrix, 0..<32).reduce(0) { sum, column in
                vector >> column.1 & 1 == 1 ? sum ^ column.0 : sum
            }
        }
    }
}
