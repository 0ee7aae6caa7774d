// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire

/// One invocation: its caller, the relay in front of it, and what has come of it.
final class WalkCall {
    let number: Int
    var relay: RelayMachine
    /// How often a runtime was given it.
    private(set) var deliveries = 0
    /// What its caller heard as the end, or would have heard.
    private(set) var end: String?
    private(set) var isGone = false
    private(set) var isFull = false
    /// Told once, when the relay is over, as the relay tells whoever watches it.
    var whenOver: (() throws -> Void)?

    static let limit = 16

    init(number: Int, mode: RelayMachine.Mode) {
        self.number = number
        self.relay = RelayMachine(mode: mode, limitBytes: Self.limit)
    }

    func delivered() throws {
        self.deliveries += 1
        try demand(self.deliveries == 1, "call \(self.number) is given to a runtime again")
        try demand(self.end == nil, "call \(self.number) has its end and is given to a runtime")
    }

    /// The relay says that this is the end.
    func finish(_ how: String) throws {
        try demand(self.relay.isOver, "call \(self.number) has the end \(how), and its relay is not over")
        try self.hear(how)
        let whenOver = self.whenOver
        self.whenOver = nil
        try whenOver?()
    }

    /// An end without a runtime: throttled, or never sent.
    func hear(_ how: String) throws {
        try demand(self.end == nil, "call \(self.number) hears two ends: \(self.end ?? ""), \(how)")
        self.end = how
    }

    func runtimeEnded(_ how: String) throws {
        switch self.relay.runtimeEnded() {
        case .fail: try self.finish(how)
        case .ignore: break
        }
    }

    func leave() {
        guard !self.isGone else { return }
        self.isGone = true
        _ = self.relay.callerDisappeared()
    }

    func changeFlow() {
        guard !self.isGone else { return }
        self.isFull.toggle()
        _ = self.relay.callerFlowChanged(isFull: self.isFull)
    }
}
