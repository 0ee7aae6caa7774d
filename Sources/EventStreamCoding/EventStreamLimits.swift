// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The largest message that is read or written.
///
/// The defaults are those of AWS's own clients (botocore's `eventstream.py`), so whatever is written within them can
/// be read there. Other clients are narrower: `aws-c-event-stream` reads names of up to 127 bytes.
public struct EventStreamLimits: Hashable, Sendable {
    /// All headers of a message together, in bytes as encoded. 131,072 unless changed.
    public var maximumHeaderBytes: Int = 131_072
    /// The payload of a message in bytes. 25,165,824 (24 MiB) unless changed.
    public var maximumPayloadBytes: Int = 25_165_824

    /// The defaults.
    public init() {}

    /// Limits of your own.
    ///
    /// - Parameters:
    ///   - maximumHeaderBytes: All headers of a message together, in bytes as encoded.
    ///   - maximumPayloadBytes: The payload of a message, in bytes.
    public init(maximumHeaderBytes: Int, maximumPayloadBytes: Int) {
        self.maximumHeaderBytes = maximumHeaderBytes
        self.maximumPayloadBytes = maximumPayloadBytes
    }

    /// Memory taken for a message that is announced but not there yet; beyond it, memory grows with what comes.
    static let reservedAheadBytes = 128 * 1024
    /// Headers of at most so many bytes are kept from one message to the next.
    static let rememberedHeaderBytes = 1024
    /// A name's length is one byte.
    static let maximumHeaderNameBytes = 255
    /// The length of a string or byte array is two bytes, but readers that take it as signed exist (Smithy, "Amazon
    /// event stream specification": at most 32,767), so no more is written. Up to 65,535 is read.
    static let maximumWrittenHeaderValueBytes = 32_767
    /// Two lengths and their checksum.
    static let preludeBytes = 12
    /// The prelude and the message's checksum.
    static let overheadBytes = 16
}
