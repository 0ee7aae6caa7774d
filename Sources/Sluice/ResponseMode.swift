// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// How an ``HTTPFunction`` sends its answers.
///
/// It has to agree with what stands in front of the function: a Function URL's `InvokeMode`, a REST API's
/// `responseTransferMode`. Each passes on the other's form as it is, and the caller gets something odd with status 200.
public enum ResponseMode: Hashable, Sendable {
    /// Head and body leave as they are written: for a Function URL with the invoke mode `RESPONSE_STREAM`, and a REST API
    /// that streams. At most 200 MiB.
    case streamed
    /// The answer is gathered, and leaves whole as the JSON object that the source of the event takes. As JSON it has at
    /// most 6 MiB; for an Application Load Balancer, 1 MiB.
    ///
    /// A body that throws fails the invocation, and nothing of what it wrote is sent.
    case buffered
}

extension ResponseMode {
    /// Which mode a function has whose code names none.
    static let variable = "SLUICE_INVOKE_MODE"

    /// The values are those of a Function URL's `InvokeMode`. (Lambda API, `CreateFunctionUrlConfig`.)
    init(invokeMode: String?) throws(UnusableResult) {
        switch invokeMode {
        case nil, "RESPONSE_STREAM": self = .streamed
        case "BUFFERED": self = .buffered
        case .some(let other):
            throw UnusableResult(
                type: "Function.InvalidInvokeMode",
                message: """
                    \(Self.variable) is \(other.debugDescription), but must be BUFFERED or RESPONSE_STREAM, as the invoke                     mode of the Function URL; without it, the function streams
                    """
            )
        }
    }
}
