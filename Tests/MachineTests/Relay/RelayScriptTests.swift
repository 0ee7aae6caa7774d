// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

/// Every short life of a relay: each step is what the model says, and breaks none of the promises.
@Suite struct RelayScriptTests {
    private static let limit = 3

    @Test(arguments: [RelayMachine.Mode.buffered, .streaming])
    func everyScriptOfFourStepsIsAsTheModelSaysAndLeavesItsState(mode: RelayMachine.Mode) throws {
        try everyScript(of: RelayInput.allCases, length: 4) { script in
            var machine = RelayMachine(mode: mode, limitBytes: Self.limit)
            var model = RelayModel(mode: mode, limit: Self.limit)
            for input in script {
                let expected = model.expected(after: input)
                let decision = input.apply(to: &machine)
                try demand(decision == expected, "\(input) gave \(decision), not \(expected)")
            }
            try demand(machine.description == model.description, "\(machine.description), not \(model.description)")
        }
    }

    @Test(arguments: [RelayMachine.Mode.buffered, .streaming])
    func noScriptOfFiveStepsBreaksAPromise(mode: RelayMachine.Mode) throws {
        let count = try everyScript(of: RelayInput.allCases, length: 5) { script in
            var machine = RelayMachine(mode: mode, limitBytes: Self.limit)
            var promises = RelayPromises(mode: mode, limit: Self.limit)
            for input in script {
                let decision = input.apply(to: &machine)
                try promises.note(input, decision, isOver: machine.isOver, callerIsGone: machine.callerIsGone)
            }
        }
        #expect(count == 759_375)
    }

    /// A promise that no script could break would prove nothing.
    @Test func aMachineThatForwardsPastItsLimitIsFound() throws {
        #expect(throws: Illegal.self) {
            try everyScript(of: RelayInput.allCases, length: 3) { script in
                var machine = RelayMachine(mode: .streaming, limitBytes: Self.limit + 1)
                var promises = RelayPromises(mode: .streaming, limit: Self.limit)
                for input in script {
                    let decision = input.apply(to: &machine)
                    try promises.note(input, decision, isOver: machine.isOver, callerIsGone: machine.callerIsGone)
                }
            }
        }
    }
}

/// What holds for every relay, whatever comes.
struct RelayPromises {
    private let mode: RelayMachine.Mode
    private let limit: Int
    private var heads = 0
    private var forwarded = 0
    private var ends = 0
    private var isPaused = false
    private var isGone = false

    init(mode: RelayMachine.Mode, limit: Int) {
        self.mode = mode
        self.limit = limit
    }

    mutating func note(
        _ input: RelayInput,
        _ decision: RelayDecision,
        isOver: Bool,
        callerIsGone: Bool
    ) throws(Illegal) {
        let wasOver = self.ends > 0
        let bytes = decision.forwarded(of: input.byteCount)
        try demand(bytes >= 0 && bytes <= input.byteCount, "forwards \(bytes) of \(input.byteCount) bytes")
        try demand(bytes == 0 || self.heads == 1, "forwards bytes without a head")
        try demand(bytes == 0 || !wasOver, "forwards bytes after the end")
        try demand(bytes == 0 || !self.isGone, "forwards bytes to nobody")
        self.forwarded += bytes
        try demand(self.forwarded <= self.limit, "forwards more than the limit")
        if case .began(.forward(let paused)) = decision {
            self.heads += 1
            self.isPaused = paused
        }
        try demand(self.heads <= 1, "two heads")
        if decision.isTerminal {
            self.ends += 1
            // What runs the machine lets the runtime's connection go here.
            self.isPaused = false
        }
        try demand(self.ends <= 1, "two ends")
        try demand(isOver == (self.ends == 1), "isOver is \(isOver) after \(self.ends) ends")
        self.isGone = self.isGone || input == .disappeared
        try demand(callerIsGone == self.isGone, "callerIsGone is \(callerIsGone)")
        try self.note(decision, isOver: isOver)
        try demand(!(self.isPaused && self.isGone), "the runtime is paused for nobody")
    }

    private mutating func note(_ decision: RelayDecision, isOver: Bool) throws(Illegal) {
        guard case .flow(let flow) = decision else { return }
        switch flow {
        case .pauseRuntime:
            try demand(self.heads == 1 && !isOver, "pauses a runtime that is not responding")
            try demand(!self.isPaused, "pauses twice")
            self.isPaused = true
        case .resumeRuntime:
            try demand(self.isPaused, "resumes what is not paused")
            self.isPaused = false
        case .nothing:
            break
        }
    }
}
