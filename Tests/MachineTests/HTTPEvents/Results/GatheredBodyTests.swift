// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceWire
import Testing

@Suite struct GatheredBodyTests {
    @Test func keepsWhatIsWrittenUpToItsLimit() {
        var body = GatheredBody(limitBytes: 6)
        #expect(body.wrote(ByteBuffer(string: "abc")) == .kept)
        #expect(body.wrote(ByteBuffer()) == .kept)
        #expect(body.wrote(ByteBuffer(string: "def")) == .kept)
        #expect(body.ended() == ByteBuffer(string: "abcdef"))
    }

    @Test func isNoBodyOnceItWasTooLong() {
        var body = GatheredBody(limitBytes: 6)
        #expect(body.wrote(ByteBuffer(string: "abc")) == .kept)
        #expect(body.wrote(ByteBuffer(string: "defg")) == .tooLong)
        // Not even with what would fit, nor with nothing.
        #expect(body.wrote(ByteBuffer(string: "d")) == .tooLong)
        #expect(body.wrote(ByteBuffer()) == .tooLong)
        #expect(body.ended() == nil)
    }

    @Test func takesNothingAfterItsEnd() {
        var body = GatheredBody(limitBytes: 6)
        #expect(body.ended() == ByteBuffer())
        #expect(body.wrote(ByteBuffer(string: "a")) == .refuseAsMisplaced)
    }
}
