// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension ExtensionsMachine {
    /// One extension.
    struct Member: Hashable, Sendable {
        let name: String
        /// Whether it is a process of its own; otherwise it lives in the runtime's.
        let isExternal: Bool
        var identifier: String?
        var events: [ExtensionEvent] = []
        var state = State.started
        /// An event that it gets when it asks.
        var held: ExtensionEvent?
        /// It is waited for.
        var owesNext = false
        var errorType: String?

        enum State: Hashable, Sendable {
            /// Its process is being started; it has not registered.
            case started
            /// It has registered, and has not asked for an event yet.
            case registered
            /// Its call for the next event is open.
            case ready
            /// It has an event, or its call broke.
            case running
            /// It has reported an error, and is to exit.
            case failed(Report)
            /// Its process has ended, or could not be started. Final.
            case gone

            /// As Lambda's messages call it.
            var name: String {
                switch self {
                case .started: "Started"
                case .registered: "Registered"
                case .ready: "Ready"
                case .running: "Running"
                case .failed(.initError): "InitError"
                case .failed(.exitError): "ExitError"
                case .gone: "Exited"
                }
            }

            var isFailed: Bool {
                if case .failed = self { true } else { false }
            }

            var isOver: Bool { self == .gone || self.isFailed }
        }

        init(name: String, isExternal: Bool) {
            self.name = name
            self.isExternal = isExternal
        }

        var isRegistered: Bool { self.identifier != nil }

        mutating func register(_ events: [ExtensionEvent], _ identifier: String) {
            self.events = events
            self.identifier = identifier
            self.state = .registered
        }

        mutating func gone(errorType: String?) {
            if let errorType { self.errorType = errorType }
            self.state = .gone
            self.owesNext = false
            self.held = nil
        }

        var report: ExtensionReport {
            let state =
                self.state == .gone && !self.isRegistered && self.errorType != nil ? "LaunchError" : self.state.name
            return ExtensionReport(name: self.name, state: state, events: self.events, errorType: self.errorType)
        }
    }
}
