// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Codable
internal import NIOCore
internal import SluiceWire

/// Why the body of a request is not the value that the function asked for.
///
/// A handler that lets it through answers 400, with the message in a problem document (RFC 9457): the fault is the
/// caller's. To answer otherwise, catch it:
///
/// ```swift
/// import Sluice
///
/// struct Order: Codable { var tea: String }
///
/// HTTPFunction { request, context in
///     do {
///         return .text("a pot of \(try request.decode(Order.self).tea)\n")
///     } catch let error as InvalidBody {
///         return .text("cannot read your order: \(error.message)\n", status: .unprocessableContent)
///     }
/// }.run()
/// ```
public struct InvalidBody: Error, Sendable, CustomStringConvertible {
    /// What is wrong, for code that has to tell the cases apart.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String { case malformed, missingValue, typeMismatch, invalidValue }
        private let value: Value

        /// It is no JSON.
        public static let malformed = Self(value: .malformed)
        /// A member is missing, or null.
        public static let missingValue = Self(value: .missingValue)
        /// A value is of another kind, such as a string for a number.
        public static let typeMismatch = Self(value: .typeMismatch)
        /// A value is of the right kind and cannot be used: a number out of range, a date in another format.
        public static let invalidValue = Self(value: .invalidValue)

        /// The name of the code.
        public var description: String { self.value.rawValue }
    }

    /// What is wrong.
    public let code: Code
    /// The same for the caller, with the place and with what was expected there.
    public let message: String
    /// Where in the body, such as `$.items[3].price`; `$` is all of it.
    public let codingPath: String
    /// The decoder's own error.
    public let cause: (any Error)?

    init(_ problem: DecodingProblem) {
        self.code = problem.code
        self.message = problem.text
        self.codingPath = problem.codingPath
        self.cause = problem.cause
    }

    /// Code and message.
    public var description: String { "\(self.code): \(self.message)" }
}

extension InvalidBody {
    /// What the caller is answered when the handler lets it through.
    var result: HTTPResult {
        let problem: JSONValue = [
            "title": "the body of the request cannot be used", "status": 400, "detail": .string(self.message),
        ]
        return .bytes(problem.serialized(), contentType: "application/problem+json", status: .badRequest)
    }
}
#endif
