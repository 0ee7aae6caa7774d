// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Why a runtime ended. Each ends the process with a message on standard error and a non-zero code.
package enum RuntimeFailure: Error, CustomStringConvertible {
    /// `AWS_LAMBDA_RUNTIME_API` is not set.
    case missingAddress
    case unusableAddress(String)
    /// The service cannot be reached, or ends every connection before it answers.
    case unreachable(address: String, reason: String)
    /// `/next` answered, but not with an invocation.
    case unusableInvocation(String)
    /// `/restore/next` was answered with something other than a restore.
    case refusedRestore(status: Int)
    /// The service answered 500: only a new process helps.
    case containerError
    /// The task that runs it was cancelled, as tests do.
    case cancelled
    /// The function's own start-up failed; the service was told.
    case initialisationFailed(String)
    /// A service that runs beside the function failed, or ended though nobody had asked it to.
    case serviceFailed(String)
    /// The process was asked to end, and what was to be done then is done: no failure at all.
    case terminated

    package var description: String {
        let variable = RuntimeAddress.variable
        return switch self {
        case .missingAddress:
            """
            \(variable) is not set: this program is a Lambda function and needs a Lambda service to run in. \
            To run it on this machine: sluice serve --function NAME=COMMAND
            """
        case .unusableAddress(let text):
            """
            \(variable) is "\(text)", but must be HOST:PORT, such as 127.0.0.1:9001. \
            `sluice serve --function NAME=COMMAND` sets it for you.
            """
        case .unreachable(let address, let reason):
            "the Runtime API at \(address) (\(variable)) cannot be reached: \(reason)"
        case .unusableInvocation(let reason):
            "the Runtime API gave no invocation that can be used: \(reason)"
        case .refusedRestore(let status):
            "the Runtime API answered /restore/next with status \(status), so this environment cannot be restored"
        case .containerError:
            "the Runtime API answered 500, a container error; the process ends so that a new one can take its place"
        case .cancelled:
            "the runtime was cancelled"
        case .initialisationFailed(let reason):
            "the function failed to start: \(reason)"
        case .serviceFailed(let reason):
            "a service beside the function failed: \(reason)"
        case .terminated:
            "the process was asked to end"
        }
    }
}
