// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// The application did not become ready: what Lambda is told, and with it whoever looks why nothing works.
package enum ReadinessError: ReportedError, Hashable, CustomStringConvertible {
    /// - Parameter lastLines: of its standard error; `nil` where the adapter has not started it.
    case timedOut(
        seconds: Int,
        address: AdapterConfiguration.Address,
        look: ReadinessMachine.Look,
        listeners: [String],
        lastLines: [String]? = nil
    )
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
        case .timedOut(let seconds, let address, let look, let listeners, let lastLines):
            "the application is not ready at \(address) after \(seconds) s: \(look). "
                + Self.advice(look, at: address, listeners)
                + (lastLines.map { " \(ApplicationExit.words(for: $0))" } ?? "")
        case .exited(let exit):
            "the application ended \(exit)"
        case .notStarted(let command, let reason):
            "the application cannot be started as \(command): \(reason)"
        }
    }

    /// What an application does that listens on a port which is not the one that is looked at.
    static func remedy(at address: AdapterConfiguration.Address) -> String {
        switch address {
        case .port: "set AWS_LWA_PORT to its port, or have it listen where AWS_LWA_PORT says"
        case .socket:
            "set AWS_LWA_PORT to its port and take SLUICE_ADAPTER_SOCKET away, or have it listen at that socket"
        }
    }

    private static func socketHint(_ address: AdapterConfiguration.Address) -> String {
        guard case .socket(let path) = address else { return "" }
        return ", nor at the socket \(path), which SLUICE_ADAPTER_SOCKET names and the application has to make"
    }

    static func advice(
        _ look: ReadinessMachine.Look,
        at address: AdapterConfiguration.Address,
        _ listeners: [String]
    ) -> String {
        let longer =
            "If it only needs longer, set AWS_LWA_ASYNC_INIT=true, or SLUICE_ADAPTER_READINESS_SECONDS to more."
        switch look {
        case .refused where listeners.isEmpty:
            return "Nothing listens on any port\(Self.socketHint(address)): its own log says how far it got. \(longer)"
        case .refused:
            return """
                Something listens on \(listeners.joined(separator: ", ")): if that is the application, \
                \(Self.remedy(at: address)). \(longer)
                """
        case .unhealthy:
            return """
                Name a page that answers when it is ready in AWS_LWA_READINESS_CHECK_PATH, or the statuses that count in \
                AWS_LWA_READINESS_CHECK_HEALTHY_STATUS.
                """
        case .noAnswer, .ready:
            return "Set AWS_LWA_READINESS_CHECK_PROTOCOL=tcp if it needs requests before it answers any."
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
        return "\(how). \(self.advice). \(Self.words(for: self.lastLines))"
    }

    private var advice: String {
        switch self.status {
        case .code(0):
            "It has to stay in the foreground: take away what sends it to the background (daemon, &), or have its script exec it"
        case .code(126): "Its file may not be executed: chmod +x before it is packed"
        case .code(127): "A program that it names was not found: put it into the zip or image, or name its whole path"
        case .signal(9): "Lambda ends what needs more memory than the function has: give it more"
        case .code, .signal:
            "Start the same command in the image, or beside the unpacked zip, and mend what it says there"
        }
    }

    /// The lines stand last, as they may be many.
    static func words(for lines: [String]) -> String {
        guard !lines.isEmpty else { return "It wrote nothing to its standard error" }
        return "The last of its standard error:\n" + lines.joined(separator: "\n")
    }
}
