// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// An extension has failed, and its environment with it.
///
/// The types are those of Lambda's own server (its `fatalerror.go`), which has one for each way; what the extension called
/// its error is in the message.
package struct ExtensionFailure: Hashable, Sendable {
    package let name: String
    /// `Extension.InitError`, `Extension.ExitError`, `Extension.Crash` or `Extension.LaunchError`.
    package let errorType: String
    package let message: String

    /// As somebody else tells of it.
    package init(name: String, errorType: String, message: String) {
        self.name = name
        self.errorType = errorType
        self.message = message
    }

    /// It said so.
    package init(name: String, _ report: ExtensionsMachine.Report, errorType: String, body: ByteBuffer) {
        let said = ErrorReport(json: body)?.errorMessage ?? ""
        self.init(
            name: name,
            errorType: report == .initError ? "Extension.InitError" : "Extension.ExitError",
            message: "extension \(name) reported \(errorType)" + (said.isEmpty ? "" : ": \(said)")
        )
    }

    /// Its process ended without being asked to; also with 0.
    package static func crashed(_ name: String, _ exit: InvocationFailure.Exit) -> Self {
        let how = exit == .code(0) ? "exit code 0" : "\(exit)"
        return Self(name: name, errorType: "Extension.Crash", message: how)
    }

    package static func couldNotStart(_ name: String, reason: String) -> Self {
        let message = "extension \(name) could not be started: \(reason)"
        return Self(name: name, errorType: "Extension.LaunchError", message: message)
    }

    package static func tooMany(limit: Int) -> Self {
        Self(name: "", errorType: "Extension.LaunchError", message: "there are more than \(limit) extensions")
    }

    /// What the caller of an invocation is told.
    package func invocationFailure(requestID: String) -> InvocationFailure {
        let message = "RequestId: \(requestID) Error: \(self.message)"
        let report = ErrorReport(errorType: self.errorType, errorMessage: message)
        return InvocationFailure(errorType: self.errorType, message: message, payload: report.json())
    }
}
