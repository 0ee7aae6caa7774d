// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import Testing

@testable import EventStreamCoding

@Suite struct CRC32Tests {
    @Test func givesTheCheckValueOfTheCatalogue() {
        #expect(Self.checksum(of: Array("123456789".utf8), cutAt: 0) == 0xCBF4_3926)
        #expect(Self.checksum(of: [], cutAt: 0) == 0)
    }

    @Test func agreesWithTheDefinitionForEveryLengthAndEveryCut() {
        let seed: UInt64 = 0x51_1CE
        var random = EventStreamRandom(state: seed)
        for length in 0...67 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let expected = EventStreamSamples.slowCRC(ByteBuffer(bytes: bytes))
            for cut in 0...length {
                #expect(Self.checksum(of: bytes, cutAt: cut) == expected, "seed \(seed), \(length) bytes cut at \(cut)")
            }
        }
    }

    @Test func aNumberCountsAsItsBigEndianBytes() {
        var checksum = CRC32()
        checksum.update(0x0102_03FF as UInt32)
        #expect(checksum.checksum == Self.checksum(of: [1, 2, 3, 255], cutAt: 0))
    }

    private static func checksum(of bytes: [UInt8], cutAt cut: Int) -> UInt32 {
        var checksum = CRC32()
        Array(bytes[..<cut]).withUnsafeBytes { checksum.update($0) }
        Array(bytes[cut...]).withUnsafeBytes { checksum.update($0) }
        return checksum.checksum
    }
}
