// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// Notices that a function and its Function URL disagree about the invoke mode, which is the commonest mistake with
/// streams and gives no error: each mode passes on what belongs to the other as it is.
///
/// What it says is for the log only. It looks at the first `Limits.modeHintBytes` of a body.
package struct ModeHint {
    private var beginning = ByteBuffer()

    package init() {}

    package mutating func bodyCame(_ bytes: ByteBuffer) {
        let room = Limits.modeHintBytes - self.beginning.readableBytes
        guard room > 0 else { return }
        self.beginning.writeBytes(bytes.readableBytesView.prefix(room))
    }

    /// After a body without a prelude that a URL in the mode `RESPONSE_STREAM` passed on.
    package var ofStreamedURL: String? {
        guard self.looksLikeProxyObject else { return nil }
        return
            "the function answered with an object that has a statusCode, and its caller got that object as the body: "
            + "a Function URL in the mode RESPONSE_STREAM does not interpret it. Let the URL buffer (here --invoke-mode "
            + "BUFFERED, on Lambda its InvokeMode), or let the function stream a prelude (content type "
            + "\(RuntimeAPIHeader.httpIntegrationContentType); with Sluice: SLUICE_INVOKE_MODE=RESPONSE_STREAM)."
    }

    /// After a body that a URL in the mode `BUFFERED` was given.
    package func ofBufferedURL(contentType: String) -> String? {
        guard StreamedResult.hasPrelude(contentType: contentType) || self.hasDelimiter else { return nil }
        return "the function streamed a prelude, which a Function URL in the mode BUFFERED does not interpret. "
            + "Let the URL stream (here --invoke-mode RESPONSE_STREAM, on Lambda its InvokeMode), or let the function "
            + "answer with an object that has a statusCode (with Sluice: SLUICE_INVOKE_MODE=BUFFERED)."
    }

    /// An object with a member `statusCode`, as far as its first bytes tell.
    private var looksLikeProxyObject: Bool {
        let bytes = self.beginning.readableBytesView
        guard let first = bytes.first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) else { return false }
        return first == UInt8(ascii: "{") && Self.contains(bytes, Array(#""statusCode""#.utf8))
    }

    private var hasDelimiter: Bool {
        let delimiter = [UInt8](repeating: 0, count: Limits.preludeDelimiterBytes)
        return self.beginning.readableBytesView.first == UInt8(ascii: "{")
            && Self.contains(self.beginning.readableBytesView, delimiter)
    }

    private static func contains(_ bytes: ByteBufferView, _ word: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: word) }
    }
}
