// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Why a test could not go on.
public struct FunctionTestError: Error, Sendable, CustomStringConvertible {
    /// What happened, for code that has to tell the cases apart.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case initialisationFailed, functionEnded, noHead, nothingHappened
        }
        private let value: Value

        /// `setUp` threw, or the response mode is none.
        public static let initialisationFailed = Self(value: .initialisationFailed)
        /// The function runs no more: it timed out, or was shut down.
        public static let functionEnded = Self(value: .functionEnded)
        /// The response ended before it had a head.
        public static let noHead = Self(value: .noHead)
        /// What the test waits for did not come in ``TestedFunction/Settings/patience``.
        public static let nothingHappened = Self(value: .nothingHappened)

        /// The name of the code.
        public var description: String { self.value.rawValue }
    }

    /// What happened.
    public let code: Code
    /// The same for a person, with what can be done.
    public let message: String
    /// What the function reported, if that is the reason.
    public let failure: FunctionFailure?

    init(_ code: Code, _ message: String, _ failure: FunctionFailure? = nil) {
        self.code = code
        self.message = message
        self.failure = failure
    }

    /// Code and message.
    public var description: String { "\(self.code): \(self.message)" }
}
