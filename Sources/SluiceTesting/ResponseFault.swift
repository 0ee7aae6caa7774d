// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Something that goes wrong between a function and Lambda, at a given byte of the response.
///
/// Bytes are counted as Lambda counts them: the head of an `HTTPResult` that is streamed, JSON and eight NUL bytes, is
/// part of them.
public struct ResponseFault: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case connectionLost
        case refused(status: Int)
    }

    let kind: Kind
    let afterBytes: Int

    /// The connection breaks off when this many bytes have arrived.
    public static func connectionLost(afterBytes bytes: Int) -> Self {
        Self(kind: .connectionLost, afterBytes: max(0, bytes))
    }

    /// Lambda answers, with 413 for example, when this many bytes have arrived, and takes no more.
    ///
    /// - Parameters:
    ///   - bytes: how many of the response's bytes arrive before the answer.
    ///   - status: 400 to 499; 500 would end the process on Lambda, and here the function.
    public static func refused(status: Int = 413, afterBytes bytes: Int) -> Self {
        Self(kind: .refused(status: min(max(status, 400), 599)), afterBytes: max(0, bytes))
    }
}
