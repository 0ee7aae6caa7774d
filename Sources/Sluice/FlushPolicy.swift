// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// When the chunks of a streamed body leave. Each write stays a chunk of its own, whatever leaves together.
///
/// ```swift
/// HTTPResult.stream(flush: .gathered(bytes: 16 * 1024, within: .milliseconds(50))) { writer in
///     for row in rows { try await writer.write(row) }
/// }
/// ```
public struct FlushPolicy: Hashable, Sendable {
    let gathering: WriteGathering.Policy

    /// What is written without suspending leaves together when the handler suspends, or when 64 KiB are there. A write
    /// that comes alone leaves in the same turn of the event loop.
    public static let automatic = Self(gathering: .automatic)

    /// Writes wait until so many bytes are there, or so much time has passed since the first of them: fewer and larger
    /// packets, for a reader who does not look at each. The head and the end never wait.
    ///
    /// - Parameters:
    ///   - bytes: at least 1; more than 128 KiB counts as 128 KiB, which is what a connection holds.
    ///   - duration: a negative one counts as none.
    public static func gathered(bytes: Int, within duration: Duration) -> Self {
        let bytes = min(max(bytes, 1), Limits.writeHighWatermarkBytes)
        return Self(gathering: .gathered(bytes: bytes, nanoseconds: max(0, duration.wholeNanoseconds)))
    }
}
