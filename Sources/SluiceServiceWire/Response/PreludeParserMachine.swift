// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceWire

/// Finds the prelude at the head of a streamed response, in whatever pieces the response comes.
///
/// The delimiter is found by its bytes: the pieces of a chunked body have no meaning ("there is NO chunk fidelity",
/// the Node runtime's source says). JSON has no NUL, so the first one must be the delimiter's.
///
///             bytesCame: no delimiter yet
///                     ┌───────┐
///                     ▼       │         bytesCame: eight NULs
///        start ──▶ gathering ─┴──────────────────────────────▶ passed ─┐ bytesCame: body
///                     │                                           ▲    │
///                     │ bytesCame: over the limit, a lone NUL,    └────┘
///                     │            no JSON, wrong members
///                     │ ended
///                     ▼
///                  failed (and stays so)
package struct PreludeParser: ~Copyable {
    private enum State: ~Copyable {
        /// The delimiter has not come whole. Leaves to `passed` with it, to `failed` when it cannot come any more.
        case gathering(json: ByteBuffer, nulCount: Int)
        /// The prelude was given out; all that comes is body. Final.
        case passed
        /// There is no prelude. Final.
        case failed(PreludeError)
    }

    package enum OnBytes: Hashable {
        case needMore
        /// `rest` is the beginning of the body, and may be empty.
        case prelude(Prelude, rest: ByteBuffer)
        /// The prelude has been given out before.
        case body(ByteBuffer)
        case malformed(PreludeError)
    }

    package enum OnEnd: Hashable {
        case complete
        case malformed(PreludeError)
    }

    private var state: State
    private let limitBytes: Int

    /// - Parameter limitBytes: prelude and delimiter must lie within so many.
    package init(limitBytes: Int = Limits.maximumPreludeBytes) {
        self.init(.gathering(json: ByteBuffer(), nulCount: 0), limitBytes)
    }

    private init(_ state: consuming State, _ limitBytes: Int) {
        self.state = state
        self.limitBytes = limitBytes
    }

    package mutating func bytesCame(_ bytes: ByteBuffer) -> OnBytes {
        let limit = self.limitBytes
        switch consume self.state {
        case .gathering(var json, var nulCount):
            var bytes = bytes
            switch Self.take(from: &bytes, into: &json, &nulCount, limit) {
            case .none:
                self = Self(.gathering(json: json, nulCount: nulCount), limit)
                return .needMore
            case .failure(let error):
                self = Self(.failed(error), limit)
                return .malformed(error)
            case .success:
                do throws(PreludeError) {
                    let prelude = try Prelude(json: json)
                    self = Self(.passed, limit)
                    return .prelude(prelude, rest: bytes)
                } catch {
                    self = Self(.failed(error), limit)
                    return .malformed(error)
                }
            }
        case .passed:
            self = Self(.passed, limit)
            return .body(bytes)
        case .failed(let error):
            self = Self(.failed(error), limit)
            return .malformed(error)
        }
    }

    /// The response ended well.
    package mutating func ended() -> OnEnd {
        let limit = self.limitBytes
        switch consume self.state {
        case .gathering(let json, let nulCount):
            let error = PreludeError.endedBeforeDelimiter(receivedBytes: json.readableBytes + nulCount)
            self = Self(.failed(error), limit)
            return .malformed(error)
        case .passed:
            self = Self(.passed, limit)
            return .complete
        case .failed(let error):
            self = Self(.failed(error), limit)
            return .malformed(error)
        }
    }

    /// Moves bytes over until the delimiter is whole; `nil` when it is not and everything was moved.
    private static func take(
        from bytes: inout ByteBuffer,
        into json: inout ByteBuffer,
        _ nulCount: inout Int,
        _ limit: Int
    ) -> Result<Void, PreludeError>? {
        var position = json.readableBytes + nulCount
        var jsonBytes = 0
        var taken = 0
        for byte in bytes.readableBytesView {
            guard position < limit else {
                return .failure(.delimiterNotWithin(limitBytes: limit))
            }
            position += 1
            taken += 1
            if byte == 0 {
                nulCount += 1
                if nulCount == Limits.preludeDelimiterBytes { break }
            } else if nulCount > 0 {
                return .failure(.nulInsideJSON(offset: position - 1 - nulCount))
            } else {
                jsonBytes += 1
            }
        }
        if let slice = bytes.readSlice(length: jsonBytes) { json.writeImmutableBuffer(slice) }
        bytes.moveReaderIndex(forwardBy: taken - jsonBytes)
        if nulCount == Limits.preludeDelimiterBytes { return .success(()) }
        return position < limit
            ? nil : .failure(.delimiterNotWithin(limitBytes: limit))
    }
}
