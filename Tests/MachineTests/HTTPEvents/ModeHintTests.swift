// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct ModeHintTests {
    private static func hint(_ pieces: String...) -> ModeHint {
        var hint = ModeHint()
        for piece in pieces { hint.bodyCame(ByteBuffer(string: piece)) }
        return hint
    }

    private static let prelude = "application/vnd.awslambda.http-integration-response"

    @Test(arguments: [
        #"{"statusCode":200,"body":"x"}"#, #" \#n{"headers":{},"statusCode": 404}"#,
    ])
    func noticesAProxyObjectOnAStreamingURL(body: String) throws {
        let text = try #require(Self.hint(body).ofStreamedURL)
        #expect(
            text.contains("--invoke-mode BUFFERED") && text.contains(Self.prelude),
            "it says both ways out: \(text)"
        )
        #expect(text.contains("SLUICE_INVOKE_MODE=RESPONSE_STREAM"), "and how a function of ours is told: \(text)")
    }

    @Test func noticesAProxyObjectThatComesInPieces() {
        #expect(Self.hint("", "{\"stat", "usCode\"", ":200}").ofStreamedURL != nil)
    }

    @Test(arguments: ["", "{", #"{"status":200}"#, #"["statusCode"]"#, #""statusCode""#, "statusCode", "<html>"])
    func isSilentAboutOtherStreams(body: String) {
        #expect(Self.hint(body).ofStreamedURL == nil)
    }

    @Test func looksAtTheBeginningOnly() {
        let room = Limits.modeHintBytes
        let word = #""statusCode":1}"#
        let name = #""statusCode""#
        let within = "{" + String(repeating: " ", count: room - 1 - name.utf8.count) + word
        #expect(Self.hint(within).ofStreamedURL != nil)
        #expect(Self.hint("{" + String(repeating: " ", count: room - name.utf8.count) + word).ofStreamedURL == nil)
    }

    @Test func noticesAPreludeOnABufferedURL() throws {
        let text = try #require(Self.hint("{}").ofBufferedURL(contentType: Self.prelude + "; charset=utf-8"))
        #expect(text.contains("--invoke-mode RESPONSE_STREAM") && text.contains("SLUICE_INVOKE_MODE=BUFFERED"))
        let body = #"{"statusCode":200}"# + String(repeating: "\0", count: 8) + "hello"
        #expect(Self.hint(body).ofBufferedURL(contentType: "application/json") != nil)
    }

    @Test func isSilentAboutOtherBufferedOutput() {
        #expect(Self.hint(#"{"statusCode":200}"#).ofBufferedURL(contentType: "application/json") == nil)
        let sevenNULs = "{}" + String(repeating: "\0", count: 7)
        #expect(Self.hint(sevenNULs).ofBufferedURL(contentType: "application/json") == nil)
        #expect(Self.hint(String(repeating: "\0", count: 8)).ofBufferedURL(contentType: "image/png") == nil)
    }
}
