// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire

/// What the relay machine should do, said a second time: from the history alone, with no states.
struct RelayModel {
    let mode: RelayMachine.Mode
    let limit: Int
    private var headMode: RelayInput?
    private var isOver = false
    private var arrived = 0
    private var isFull = false
    private var isGone = false

    init(mode: RelayMachine.Mode, limit: Int) {
        self.mode = mode
        self.limit = limit
    }

    private var isResponding: Bool { self.headMode != nil && !self.isOver }

    mutating func expected(after input: RelayInput) -> RelayDecision {
        switch input {
        case .beganPlain, .beganStreaming, .beganMisspelt: return self.began(input)
        case .bytes0, .bytes1, .bytes2, .bytes4: return self.arrived(input.byteCount)
        case .ended, .endedWithTrailers:
            guard self.isResponding else { return .ended(.ignore) }
            self.isOver = true
            let counts = self.mode == .streaming || self.headMode == .beganStreaming
            return .ended(input == .endedWithTrailers && counts ? .failWithTrailers : .complete)
        case .truncated:
            guard self.isResponding else { return .failure(.ignore) }
            self.isOver = true
            return .failure(.fail)
        case .runtimeEnded:
            defer { self.isOver = true }
            return .failure(self.isOver ? .ignore : .fail)
        case .errorReported:
            guard !self.isOver, self.headMode == nil else { return .error(.refuse) }
            self.isOver = true
            return .error(.fail)
        case .full, .room, .disappeared: return .flow(self.flow(input))
        }
    }

    private mutating func began(_ head: RelayInput) -> RelayDecision {
        guard !self.isOver, self.headMode == nil else { return .began(.refuseSecond) }
        guard head != .beganMisspelt else {
            self.isOver = true
            return .began(.refuseMode)
        }
        self.headMode = head
        return .began(.forward(paused: self.isFull))
    }

    private mutating func arrived(_ count: Int) -> RelayDecision {
        guard self.isResponding else { return .body(.ignore) }
        let before = self.arrived
        self.arrived += count
        if self.arrived <= self.limit { return .body(self.isGone ? .drain : .forward) }
        self.isOver = true
        return .body(.forwardThenFail(firstBytes: self.mode == .buffered || self.isGone ? 0 : self.limit - before))
    }

    private mutating func flow(_ input: RelayInput) -> RelayMachine.OnFlow {
        guard !self.isGone else { return .nothing }
        let wasFull = self.isFull
        self.isFull = input == .full
        self.isGone = input == .disappeared
        guard self.isResponding, wasFull != self.isFull else { return .nothing }
        return self.isFull ? .pauseRuntime : .resumeRuntime
    }

    var description: String {
        let head = self.headMode == nil ? "waiting" : "responding, \(self.arrived) bytes"
        let counts = self.headMode != nil && (self.mode == .streaming || self.headMode == .beganStreaming)
        return (self.isOver ? "over" : counts ? head + ", trailers count" : head)
            + (self.isGone ? ", caller gone" : self.isFull ? ", caller full" : "")
    }
}
