// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore
internal import SluiceWire

/// The body of an ``HTTPResult``: nothing, bytes that are there already, or a stream.
public struct ResponseBody: Sendable {
    package enum Kind: Sendable {
        case empty
        case bytes(ByteBuffer)
        case stream(FlushPolicy, @Sendable (BodyWriter) async throws -> Void)
    }

    package let kind: Kind

    /// No bytes.
    public static let empty = Self(kind: .empty)

    /// These bytes, as one chunk.
    public static func bytes(_ bytes: ByteBuffer) -> Self {
        Self(kind: .bytes(bytes))
    }

    /// What `body` writes, as it writes it.
    public static func stream(
        flush: FlushPolicy = .automatic,
        _ body: @escaping @Sendable (BodyWriter) async throws -> Void
    ) -> Self {
        Self(kind: .stream(flush, body))
    }
}

extension ResponseBody.Kind {
    var gathering: WriteGathering.Policy {
        switch self {
        case .empty, .bytes: .automatic
        case .stream(let flush, _): flush.gathering
        }
    }
}
