// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore

/// The body of an ``HTTPResult``: nothing, bytes that are there already, or a stream.
public struct ResponseBody: Sendable {
    package enum Kind: Sendable {
        case empty
        case bytes(ByteBuffer)
        case stream(@Sendable (borrowing BodyWriter) async throws -> Void)
    }

    package let kind: Kind

    /// No bytes.
    public static let empty = Self(kind: .empty)

    /// These bytes, as one chunk.
    public static func bytes(_ bytes: ByteBuffer) -> Self {
        Self(kind: .bytes(bytes))
    }

    /// What `body` writes, as it writes it.
    public static func stream(_ body: @escaping @Sendable (borrowing BodyWriter) async throws -> Void) -> Self {
        Self(kind: .stream(body))
    }
}
