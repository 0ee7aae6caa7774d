// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Why a write to a streamed body, or what was to be written, failed.
///
/// A body that lets it through ends there: nobody reads on. To clean up first, catch it and throw it again.
public struct StreamError: Error, CustomStringConvertible {
    /// What happened, for code that has to tell the cases apart.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case refused, connectionLost, alreadyEnded, cancelled, invalidContent, unreadableFile,
                tooLong
        }
        private let value: Value

        /// Lambda refused the response before its end; the message has the status.
        public static let refused = Self(value: .refused)
        /// The connection to Lambda ended.
        public static let connectionLost = Self(value: .connectionLost)
        /// The body has ended already.
        public static let alreadyEnded = Self(value: .alreadyEnded)
        /// The task that writes was cancelled.
        public static let cancelled = Self(value: .cancelled)
        /// What was to be sent cannot stand in this form of a body, such as a line of JSON lines with a line break.
        /// Nothing of it was sent, and the body goes on.
        public static let invalidContent = Self(value: .invalidContent)
        /// A file could not be opened or read, or became shorter while it was sent.
        public static let unreadableFile = Self(value: .unreadableFile)

        /// The answer is buffered, and has become longer than what can be sent at once; see ``ResponseMode``.
        public static let tooLong = Self(value: .tooLong)

        /// The name of the code.
        public var description: String { self.value.rawValue }
    }

    /// What happened.
    public let code: Code
    /// The same for a person, with what can be done.
    public let message: String
    /// The error below this one, if there is one.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Code and message.
    public var description: String { "\(self.code): \(self.message)" }
}

extension StreamError {
    static var cancelled: Self { Self(.cancelled, "the task that writes was cancelled", cause: CancellationError()) }

    static var alreadyEnded: Self { Self(.alreadyEnded, "the body has ended; write before its closure returns") }

    static func tooLong(limitBytes: Int) -> Self {
        Self(.tooLong, "the answer is buffered and may have \(limitBytes) bytes; nothing of it is sent")
    }

    /// Translates what became of the response into what its writer is told.
    init(_ outcome: ResponseOutcome) {
        switch outcome {
        case .accepted:
            self.init(.connectionLost, "Lambda accepted the response and closed the connection before its end")
        case .late:
            self.init(.refused, "Lambda no longer waits for this response (410): the invocation timed out")
        case .refused(status: 413):
            self.init(.refused, "Lambda refused the response as too large (413)")
        case .refused(let status):
            self.init(.refused, "Lambda refused the response with status \(status)")
        case .containerError:
            self.init(.refused, "Lambda answered with a container error (500); this process will end")
        case .connectionLost:
            self.init(.connectionLost, "the connection to Lambda was lost")
        }
    }
}
