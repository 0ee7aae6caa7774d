// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Whether the application is ready, and how long that may still take.
package struct ReadinessMachine {
    private let startedAtMilliseconds: Int
    private let timeoutMilliseconds: Int
    private let startsAsynchronously: Bool
    private var hasWarned = false
    private var nextHintMilliseconds = AdapterLimits.hintMilliseconds
    private var isOver = false

    package init(_ configuration: AdapterConfiguration, nowMilliseconds: Int) {
        self.startedAtMilliseconds = nowMilliseconds
        self.timeoutMilliseconds = configuration.readiness.timeoutSeconds * 1_000
        self.startsAsynchronously = configuration.startsAsynchronously
    }

    /// What one look found.
    package enum Look: Hashable, Sendable {
        case ready
        /// Nobody accepted the connection.
        case refused(String)
        case unhealthy(status: Int)
        /// It accepted, and did not answer in time or not in HTTP.
        case noAnswer(String)
    }

    package enum OnLook: Hashable, Sendable {
        case serve
        case lookAgain
        /// Nobody accepts a connection. Who listens elsewhere may be the application, which is worth a word before Lambda ends
        /// the start, and this process with it.
        case hintAndLookAgain
        /// Lambda ends a start that takes longer; under an invocation it begins anew, and may take as long as that.
        case warnAndLookAgain(Look)
        /// Ask for invocations; the first of them waits.
        case serveUnready(Look)
        case fail(Look)
        case nothing
    }

    package mutating func looked(_ look: Look, nowMilliseconds: Int) -> OnLook {
        guard !self.isOver else { return .nothing }
        let waited = nowMilliseconds - self.startedAtMilliseconds
        if look == .ready {
            self.isOver = true
            return .serve
        }
        if waited >= self.timeoutMilliseconds {
            self.isOver = true
            return .fail(look)
        }
        guard waited >= AdapterLimits.initMilliseconds, !self.hasWarned else {
            guard case .refused = look, !self.hasWarned, waited >= self.nextHintMilliseconds else { return .lookAgain }
            self.nextHintMilliseconds = waited + AdapterLimits.hintIntervalMilliseconds
            return .hintAndLookAgain
        }
        self.hasWarned = true
        guard self.startsAsynchronously else { return .warnAndLookAgain(look) }
        self.isOver = true
        return .serveUnready(look)
    }
}

extension ReadinessMachine.Look: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ready: "it is ready"
        case .refused(let reason): "it accepts no connection (\(reason))"
        case .unhealthy(let status): "it answers with status \(status), which does not count as healthy"
        case .noAnswer(let reason): "it accepts connections and gives no answer (\(reason))"
        }
    }
}
