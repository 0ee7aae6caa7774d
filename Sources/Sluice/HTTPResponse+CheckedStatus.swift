// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
internal import SluiceWire

extension HTTPResponse.Status {
    /// A status whose number comes from elsewhere, such as a database or another server.
    ///
    /// `HTTPResponse.Status(code:)` ends the process when its number is below 0 or above 999, and what no response
    /// may have is only found when the response is sent. This finds both, and what it throws can be caught.
    ///
    /// ```swift
    /// let code = try await upstream.statusCode(of: order)
    /// return HTTPResult(status: try HTTPResponse.Status(checking: code))
    /// ```
    ///
    /// - Parameter code: 200 to 599, which is what the head of a response may say.
    /// - Throws: ``InvalidStatusError``, for any other number. A handler that lets it through fails its invocation with
    ///   `Function.InvalidResponseHead`.
    public init(checking code: Int) throws(InvalidStatusError) {
        guard Prelude.statusCodes.contains(code) else { throw InvalidStatusError(statusCode: code) }
        self.init(code: code)
    }
}

/// A number that cannot be the status of a response.
public struct InvalidStatusError: ReportedError, Hashable {
    /// The number that was given.
    public let statusCode: Int
    /// `Function.InvalidResponseHead`
    public var errorType: String { "Function.InvalidResponseHead" }
    /// Names the number, and which would do.
    public var errorMessage: String { String(describing: PreludeError.statusCodeOutOfRange(self.statusCode)) }
}
