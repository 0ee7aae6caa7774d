// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct PreludeParserTests {
    private static let json = #"{"statusCode":201,"headers":{"content-type":"text/plain"},"cookies":["a=b"]}"#
    private static let prelude = Prelude(statusCode: 201, headers: [.contentType: "text/plain"], cookies: ["a=b"])
    private static let nuls = [UInt8](repeating: 0, count: 8)

    /// What a whole response came to.
    private enum Outcome: Hashable {
        case response(Prelude, body: [UInt8])
        case malformed(PreludeError)
    }

    private func parse(_ pieces: [some Collection<UInt8>]) -> Outcome {
        var parser = PreludeParser()
        var prelude: Prelude?
        var body: [UInt8] = []
        for piece in pieces {
            switch parser.bytesCame(ByteBuffer(bytes: piece)) {
            case .needMore: #expect(prelude == nil)
            case .prelude(let found, let rest):
                #expect(prelude == nil)
                prelude = found
                body += Array(rest.readableBytesView)
            case .body(let bytes):
                #expect(prelude != nil)
                body += Array(bytes.readableBytesView)
            case .malformed(let error):
                #expect(prelude == nil)
                // And so it stays.
                #expect(parser.bytesCame(ByteBuffer(bytes: Self.nuls)) == .malformed(error))
                #expect(parser.ended() == .malformed(error))
                return .malformed(error)
            }
        }
        switch parser.ended() {
        case .complete:
            return prelude.map { .response($0, body: body) } ?? .malformed(.tooLong(bytes: -1, limitBytes: 0))
        case .malformed(let error):
            #expect(parser.ended() == .malformed(error))
            return .malformed(error)
        }
    }

    /// Whole, in two pieces at every place, in single bytes, and with empty pieces between.
    private func parseInEverySplit(_ bytes: [UInt8]) -> Set<Outcome> {
        var outcomes: Set<Outcome> = [self.parse([bytes])]
        for split in 0...bytes.count { outcomes.insert(self.parse([bytes[..<split], bytes[split...]])) }
        outcomes.insert(self.parse(bytes.map { [$0] }))
        outcomes.insert(self.parse(bytes.flatMap { [[], [$0]] }))
        return outcomes
    }

    @Test(arguments: ["", "x", "\0", "\0\0\0\0\0\0\0\0\0", "a\0\0\0\0\0\0\0\0b", "\0{}"])
    func findsThePreludeInEverySplit(_ body: String) {
        let bytes = Array(Self.json.utf8) + Self.nuls + Array(body.utf8)
        #expect(self.parseInEverySplit(bytes) == [.response(Self.prelude, body: Array(body.utf8))])
    }

    @Test func givesOutThePreludeWithTheLastNulAndNotLater() {
        var parser = PreludeParser()
        #expect(parser.bytesCame(ByteBuffer(string: Self.json)) == .needMore)
        #expect(parser.bytesCame(ByteBuffer(bytes: Self.nuls.dropLast())) == .needMore)
        #expect(parser.bytesCame(ByteBuffer(bytes: [0])) == .prelude(Self.prelude, rest: ByteBuffer()))
        #expect(parser.bytesCame(ByteBuffer(string: "x")) == .body(ByteBuffer(string: "x")))
        #expect(parser.ended() == .complete)
    }

    @Test func refusesEveryTruncation() {
        let bytes = Array(Self.json.utf8) + Self.nuls
        for count in 0..<bytes.count {
            let outcomes = self.parseInEverySplit(Array(bytes[..<count]))
            #expect(outcomes == [.malformed(.endedBeforeDelimiter(receivedBytes: count))])
        }
    }

    @Test func refusesANulThatIsNotOfTheDelimiter() {
        for count in 1...7 {
            let bytes = Array("{\"a\":".utf8) + [UInt8](repeating: 0, count: count) + Array("1}".utf8) + Self.nuls
            #expect(self.parseInEverySplit(bytes) == [.malformed(.nulInsideJSON(offset: 5))])
        }
    }

    @Test func refusesWhatIsNoPrelude() {
        #expect(self.parseInEverySplit(Self.nuls) == [.malformed(.notJSON(.unexpectedEnd(offset: 0)))])
        #expect(
            self.parseInEverySplit(Array("[]".utf8) + Self.nuls)
                == [.malformed(.wrongKind(member: "the prelude", expected: "an object", found: "an array"))]
        )
        #expect(
            self.parseInEverySplit(Array(#"{"statusCode":700}"#.utf8) + Self.nuls)
                == [.malformed(.statusCodeOutOfRange(700))]
        )
    }

    @Test(arguments: [1, 7, 1_000, 16_384, 100_000])
    func takesTheDelimiterUpToTheLimitAndNoFurther(pieceBytes: Int) {
        func response(preludeBytes: Int) -> [UInt8] {
            let padding = String(repeating: " ", count: preludeBytes - 8 - Self.json.utf8.count)
            return Array((Self.json + padding).utf8) + Self.nuls + Array("body".utf8)
        }
        func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
            stride(from: 0, to: bytes.count, by: pieceBytes).map { bytes[$0..<min(bytes.count, $0 + pieceBytes)] }
        }
        #expect(
            self.parse(pieces(response(preludeBytes: 16_384))) == .response(Self.prelude, body: Array("body".utf8))
        )
        for bytes in 16_385...16_393 {
            #expect(
                self.parse(pieces(response(preludeBytes: bytes)))
                    == .malformed(.delimiterNotWithin(limitBytes: 16_384))
            )
        }
        #expect(
            self.parse(pieces([UInt8](repeating: 0x20, count: 20_000)))
                == .malformed(.delimiterNotWithin(limitBytes: 16_384))
        )
    }
}
