// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceWire

/// Lets a prelude and its delimiter go past what shapes a response, so that a fault's bytes are those of the body.
final class PreludePassage: RequestReceiver {
    private let past: any RequestReceiver
    private let body: any RequestReceiver
    /// JSON has none, so the first ones are the delimiter's.
    private var nulls = 0

    init(past: any RequestReceiver, body: any RequestReceiver) {
        self.past = past
        self.body = body
    }

    func received(_ bytes: ByteBuffer) {
        var rest = bytes
        if let prelude = rest.readSlice(length: self.preludeBytes(of: bytes.readableBytesView)),
            prelude.readableBytes > 0
        {
            self.past.received(prelude)
        }
        if rest.readableBytes > 0 { self.body.received(rest) }
    }

    /// How many of these bytes belong to the prelude or its delimiter.
    private func preludeBytes(of bytes: ByteBufferView) -> Int {
        var count = 0
        for byte in bytes {
            guard self.nulls < Limits.preludeDelimiterBytes else { break }
            self.nulls = byte == 0 ? self.nulls + 1 : 0
            count += 1
        }
        return count
    }

    func receivedEnd(trailers: HTTPFields) { self.body.receivedEnd(trailers: trailers) }
    func requestTruncated() { self.body.requestTruncated() }
    func connectionLost() { self.body.connectionLost() }
}
