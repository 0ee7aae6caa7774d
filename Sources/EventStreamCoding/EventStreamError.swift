// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Why a message could not be written, or bytes could not be read as messages.
///
/// ```swift
/// do {
///     while let message = try decoder.next() { handle(message) }
/// } catch where error.code == .invalidMessageChecksum {
///     print("damaged on the way: \(error)")
/// }
/// ```
public struct EventStreamError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    public var code: Code
    /// The fault in words, with the sizes or names concerned.
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code's name and the message.
    public var description: String { "\(self.code): \(self.message)" }

    /// The kinds of ``EventStreamError``. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case invalidHeaderName, duplicateHeader, headerValueTooLong, headersTooLong, payloadTooLong
            case invalidPreludeChecksum, invalidMessageChecksum, invalidLength
            case unknownHeaderType, truncatedHeader, invalidUTF8, truncatedMessage
        }
        private let value: Value

        /// A header's name is empty or longer than 255 bytes.
        public static let invalidHeaderName = Self(value: .invalidHeaderName)
        /// Two headers of one message have the same name.
        public static let duplicateHeader = Self(value: .duplicateHeader)
        /// A string or byte array is longer than a header may carry.
        public static let headerValueTooLong = Self(value: .headerValueTooLong)
        /// All headers together are longer than ``EventStreamLimits/maximumHeaderBytes``.
        public static let headersTooLong = Self(value: .headersTooLong)
        /// The payload is longer than ``EventStreamLimits/maximumPayloadBytes``.
        public static let payloadTooLong = Self(value: .payloadTooLong)
        /// The first twelve bytes are damaged, or these are not event-stream messages at all.
        public static let invalidPreludeChecksum = Self(value: .invalidPreludeChecksum)
        /// Headers or payload are damaged.
        public static let invalidMessageChecksum = Self(value: .invalidMessageChecksum)
        /// The announced lengths contradict each other.
        public static let invalidLength = Self(value: .invalidLength)
        /// A header's type is none of the ten that are defined.
        public static let unknownHeaderType = Self(value: .unknownHeaderType)
        /// A header reaches beyond the block of headers.
        public static let truncatedHeader = Self(value: .truncatedHeader)
        /// A header's name or string is not UTF-8.
        public static let invalidUTF8 = Self(value: .invalidUTF8)
        /// The input ended within a message.
        public static let truncatedMessage = Self(value: .truncatedMessage)

        /// The code's name, such as `invalidLength`.
        public var description: String { self.value.rawValue }
    }
}
