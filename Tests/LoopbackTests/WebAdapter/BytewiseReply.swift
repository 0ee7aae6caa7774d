// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import SluiceCLI

/// An answer with its bytes as they came, which `LocalLambda.Reply` takes for text.
struct BytewiseReply: Sendable {
    private(set) var head = LocalLambda.Reply()
    private(set) var body = ByteBuffer()

    init(to request: StreamRequest) async throws {
        var reply = LocalLambda.Reply()
        var body = ByteBuffer()
        try await StreamClient().run(request) { event in
            if case .chunk(let bytes, _) = event { body.writeImmutableBuffer(bytes) } else { reply.record(event) }
        }
        (self.head, self.body) = (reply, body)
    }

    init(to target: String, at address: String, posting body: ByteBuffer? = nil, as type: String = "") async throws {
        try await self.init(
            to: StreamRequest(
                url: try HTTPAddress(address + target),
                method: body == nil ? .get : .post,
                fields: body == nil ? [:] : [.contentType: type],
                body: body ?? ByteBuffer()
            )
        )
    }
}

/// Bytes of which each place has its own: what is left out, doubled or moved is seen.
enum TestBytes {
    /// All values, again and again.
    static func ascending(_ count: Int) -> ByteBuffer { Self.repeating(Array(0...255), count) }

    /// As ascending ones, but of letters, and shifted a little by each line.
    static func letters(_ count: Int) -> ByteBuffer {
        Self.repeating((0..<251).map { UInt8(ascii: "a") + UInt8($0 * $0 % 26) }, count)
    }

    private static func repeating(_ block: [UInt8], _ count: Int) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(count)
        while bytes.readableBytes < count { bytes.writeBytes(block.prefix(count - bytes.readableBytes)) }
        return bytes
    }
}
