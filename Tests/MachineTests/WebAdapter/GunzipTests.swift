// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceGzip
import Testing

/// What a Function URL does to a stream in gzip; `FunctionURLRuleTests` has it unpack another's.
@Suite struct GunzipTests {
    private func packed(_ pieces: [String]) throws -> [ByteBuffer] {
        let stream = try GzipStream()
        return pieces.map { stream.compress(ByteBuffer(string: $0)) } + [stream.finish()]
    }

    @Test func givesEachFlushedPieceAtOnce() throws {
        let stream = try GunzipStream()
        let packed = try self.packed(["one ", "two ", "three"])
        var seen: [String] = []
        for bytes in packed {
            var text = ""
            try stream.unpack(bytes) { text += String(buffer: $0) }
            seen.append(text)
        }
        try stream.end()
        #expect(seen == ["one ", "two ", "three", ""])
    }

    @Test func readsByteByByteAndSeveralMembers() throws {
        let stream = try GunzipStream()
        let all = try self.packed(["hello "]) + self.packed(["world"])
        var text = ""
        for bytes in all {
            for byte in bytes.readableBytesView {
                try stream.unpack(ByteBuffer(bytes: [byte])) { text += String(buffer: $0) }
            }
        }
        try stream.end()
        #expect(text == "hello world")
    }

    @Test func whatGrowsAThousandfoldComesInPieces() throws {
        let stream = try GunzipStream()
        let size = 5_000_000
        var pieces: [Int] = []
        for bytes in try self.packed([String(repeating: "x", count: size)]) {
            try stream.unpack(bytes) { pieces.append($0.readableBytes) }
        }
        try stream.end()
        #expect(pieces.reduce(0, +) == size)
        #expect(pieces.allSatisfy { $0 <= 64 * 1024 })
    }

    @Test func anEmptyBodyIsWhole() throws { try GunzipStream().end() }

    @Test func saysWhatIsNoGzip() throws {
        let stream = try GunzipStream()
        #expect(throws: GunzipStream.Fault.malformed("incorrect header check")) {
            try stream.unpack(ByteBuffer(string: "plain text")) { _ in }
        }
    }

    @Test func saysWhatWasCutOff() throws {
        var bytes = try self.packed(["hello"]).reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
        let stream = try GunzipStream()
        let slice = bytes.readSlice(length: bytes.readableBytes - 1)
        let part = try #require(slice)
        var text = ""
        try stream.unpack(part) { text += String(buffer: $0) }
        #expect(text == "hello")
        #expect(throws: GunzipStream.Fault.truncated) { try stream.end() }
    }
}
