// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// The application did not become ready: what Lambda is told, and with it whoever looks why nothing works.
package enum ReadinessError: ReportedError, Hashable, CustomStringConvertible {
    case timedOut(seconds: Int, address: String, look: ReadinessMachine.Look, listeners: [String])
    /// The process that was to be the application has ended.
    case exited(ApplicationExit)
    case notStarted(command: String, reason: String)

    package var errorType: String {
        switch self {
        case .timedOut: "Adapter.ApplicationNotReady"
        case .exited: "Adapter.ApplicationExited"
        case .notStarted: "Adapter.ApplicationNotStarted"
        }
    }

    package var description: String {
        switch self {
        case .timedOut(let seconds, let address, let look, let listeners):
            "the application is not ready at \(address) after \(seconds) s: \(look). "
                + Self.advice(look, listeners)
        case .exited(let exit):
            "the application ended before it was ready, \(exit)"
        case .notStarted(let command, let reason):
            "the application cannot be started as \(command): \(reason)"
        }
    }

    static func advice(_ look: ReadinessMachine.Look, _ listeners: [String]) -> String {
        switch look {
        case .refused where listeners.isEmpty:
            """
            Nothing listens anywhere: its own log says how far it got. If it only needs longer, set \
            AWS_LWA_ASYNC_INIT=true, or SLUICE_ADAPTER_READINESS_SECONDS to more.
            """
        case .refused:
            """
            Something listens on \(listeners.joined(separator: ", ")): if that is the application, set AWS_LWA_PORT to \
            its port, or have it listen where AWS_LWA_PORT says.
            """
        case .unhealthy:
            """
            Name a page that answers when it is ready in AWS_LWA_READINESS_CHECK_PATH, or the statuses that count in \
            AWS_LWA_READINESS_CHECK_HEALTHY_STATUS.
            """
        case .noAnswer, .ready:
            "Set AWS_LWA_READINESS_CHECK_PROTOCOL=tcp if it needs requests before it answers any."
        }
    }
}

/// How the application's process ended.
package struct ApplicationExit: Hashable, Sendable, CustomStringConvertible {
    package enum Status: Hashable, Sendable {
        case code(Int)
        case signal(Int)
    }

    package let status: Status
    /// The last lines of its standard error.
    package let lastLines: [String]

    package init(_ status: Status, lastLines: [String]) {
        self.status = status
        self.lastLines = lastLines
    }

    package var description: String {
        let how =
            switch self.status {
            case .code(let code): "with code \(code)"
            case .signal(let number): "by signal \(number)"
            }
        guard !self.lastLines.isEmpty else { return "\(how); it wrote nothing to its standard error" }
        return "\(how); the last of its standard error:\n" + self.lastLines.joined(separator: "\n")
    }
}
