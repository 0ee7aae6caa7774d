// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// What befalls an invocation only where several are in one environment. The types are those of Lambda's own Runtime API
/// server for Managed Instances; the texts are ours.
extension InvocationFailure {
    /// The type of one whose id is with the function already.
    package static let duplicateInvocation = "Client.DuplicatedInvokeId"

    /// Every worker of the runtime is busy, or does not come back.
    package static func noWorker(requestID: String) -> Self {
        Self.managed(
            "Runtime.Unavailable",
            "RequestId: \(requestID) Error: no worker of the runtime asked for the invocation within "
                + "\(Limits.workerWaitMilliseconds) ms"
        )
    }

    /// An invocation of that id is with the function already.
    package static func duplicate(requestID: String) -> Self {
        Self.managed(Self.duplicateInvocation, "RequestId: \(requestID) Error: this request is being served already")
    }

    private static func managed(_ errorType: String, _ message: String) -> Self {
        let report = ErrorReport(errorType: errorType, errorMessage: message, stackTrace: [])
        return Self(errorType: errorType, message: message, payload: report.json())
    }
}
