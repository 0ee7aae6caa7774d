// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// The body of a buffered answer while it is written: kept whole, up to what can be sent at all.
package struct GatheredBody {
    private var bytes = ByteBuffer()
    private let limitBytes: Int
    private var isTooLong = false
    private var hasEnded = false

    package init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    package enum OnWrite: Hashable, Sendable {
        case kept
        /// Nothing more is kept, and what was is dropped: half a body is no answer.
        case tooLong
        /// The body has ended.
        case refuseAsMisplaced
    }

    package mutating func wrote(_ bytes: ByteBuffer) -> OnWrite {
        guard !self.hasEnded else { return .refuseAsMisplaced }
        guard !self.isTooLong, bytes.readableBytes <= self.limitBytes - self.bytes.readableBytes else {
            self.isTooLong = true
            self.bytes = ByteBuffer()
            return .tooLong
        }
        self.bytes.writeImmutableBuffer(bytes)
        return .kept
    }

    /// The whole body; `nil` when it became too long, whatever its writer made of that.
    package mutating func ended() -> ByteBuffer? {
        self.hasEnded = true
        guard !self.isTooLong else { return nil }
        defer { self.bytes = ByteBuffer() }
        return self.bytes
    }
}
