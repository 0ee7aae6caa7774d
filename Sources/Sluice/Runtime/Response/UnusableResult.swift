// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// What the function returned, or was given, cannot be used; the caller is told so in place of the response.
struct UnusableResult: Error {
    /// `Function.Reason`
    let type: String
    let message: String
}

extension UnusableResult {
    init(_ error: PreludeError) {
        let type =
            switch error {
            case .tooLong: "Function.ResponseHeadTooLarge"
            default: "Function.InvalidResponseHead"
            }
        self.init(type: type, message: "the response cannot be sent: \(error)")
    }
}

extension ErrorReport {
    /// The type is Lambda's own for this.
    static func tooLarge(bytes: Int) -> Self {
        Self(
            errorType: "Function.ResponseSizeTooLarge",
            errorMessage: """
                The response has \(bytes) bytes; a buffered one may have \(Limits.maximumBufferedResponseBytes). \
                Return a stream for more.
                """
        )
    }
}
