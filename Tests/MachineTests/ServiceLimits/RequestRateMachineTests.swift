// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceServiceWire
import TestSupport
import Testing

@Suite struct RequestRateMachineTests {
    private static let second = TimeAmount.seconds(1)

    /// One step of a script: the clock goes on, and a request comes; or the last one that was let in is withdrawn.
    private enum Step: CaseIterable {
        case atOnce, aThirdLater, justUnderASecondLater, aSecondLater, withdraw

        var pause: TimeAmount? {
            switch self {
            case .atOnce: .zero
            case .aThirdLater: .nanoseconds(333_333_333)
            case .justUnderASecondLater: .nanoseconds(999_999_999)
            case .aSecondLater: .seconds(1)
            case .withdraw: nil
            }
        }
    }

    /// Every script of up to six steps: what is let in is the number at most in any second, and nobody is refused who
    /// keeps within it.
    @Test(arguments: 1...3)
    func noSecondHasMoreThanTheNumberAndNoneIsRefusedLess(perSecond: Int) throws {
        var scripts: [[Step]] = [[]]
        for _ in 0..<6 {
            scripts = scripts.flatMap { script in Step.allCases.map { script + [$0] } }
            for script in scripts { try self.run(script, perSecond: perSecond) }
        }
    }

    private struct Violation: Error {
        let script: [Step]
        let what: String
    }

    private func run(_ script: [Step], perSecond: Int) throws {
        var machine = RequestRateMachine(perSecond: perSecond)
        var now = NIODeadline.uptimeNanoseconds(5_000_000_000)
        var admitted: [NIODeadline] = []
        var came: [NIODeadline] = []
        for step in script {
            guard let pause = step.pause else {
                guard let last = admitted.popLast() else { continue }
                machine.withdrawn(last)
                continue
            }
            now = now + pause
            came.append(now)
            let within = admitted.count { now - $0 < Self.second }
            switch machine.requested(now: now) {
            case .admit:
                guard within < perSecond else { throw Violation(script: script, what: "one too many was let in") }
                admitted.append(now)
            case .refuse:
                guard within == perSecond else { throw Violation(script: script, what: "there was room") }
                guard came.count(where: { now - $0 < Self.second }) > perSecond else {
                    throw Violation(script: script, what: "refused within the number")
                }
            }
            guard machine.countedRequests <= perSecond else { throw Violation(script: script, what: "holds too many") }
        }
    }

    @Test func letsTheLargestNumberInAtOnceAndNotOneMore() {
        var machine = RequestRateMachine(perSecond: 10)
        let start = NIODeadline.uptimeNanoseconds(7)
        for _ in 0..<10 { #expect(machine.requested(now: start) == .admit) }
        #expect(machine.requested(now: start) == .refuse)
        #expect(machine.requested(now: start + .nanoseconds(999_999_999)) == .refuse)
        for _ in 0..<10 { #expect(machine.requested(now: start + Self.second) == .admit) }
        #expect(machine.requested(now: start + Self.second) == .refuse)
    }

    @Test func whoKeepsToTheNumberIsNeverRefused() {
        var machine = RequestRateMachine(perSecond: 10)
        for turn in 0..<1_000 {
            #expect(machine.requested(now: .uptimeNanoseconds(UInt64(turn) * 100_000_000)) == .admit, "\(turn)")
        }
    }

    /// Twice the number, evenly: half of it is refused, from the second second on and for ever.
    @Test func whoIsOverTheNumberIsRefusedTheRest() {
        var machine = RequestRateMachine(perSecond: 10)
        let answers = (0..<2_000).map { machine.requested(now: .uptimeNanoseconds(UInt64($0) * 50_000_000)) }
        #expect(answers.count { $0 == .admit } == 1_000)
        #expect(answers.prefix(10).allSatisfy { $0 == .admit })
        #expect(answers[10] == .refuse)
    }

    @Test func whatWasWithdrawnMakesRoom() {
        var machine = RequestRateMachine(perSecond: 1)
        let start = NIODeadline.uptimeNanoseconds(7)
        #expect(machine.requested(now: start) == .admit)
        machine.withdrawn(start)
        #expect(machine.requested(now: start + .nanoseconds(1)) == .admit)
        machine.withdrawn(start)
        #expect(machine.requested(now: start + .nanoseconds(2)) == .refuse, "that one was none of those counted")
    }

    /// A stream of requests at random times, beside one that remembers all of them.
    @Test func agreesWithOneThatRemembersEverything() {
        let random = SeededGenerator()
        var generator = random
        for _ in 0..<50 {
            let perSecond = Int.random(in: 1...20, using: &generator)
            var machine = RequestRateMachine(perSecond: perSecond)
            var now = NIODeadline.uptimeNanoseconds(0)
            var admitted: [NIODeadline] = []
            for _ in 0..<400 {
                now = now + .milliseconds(Int64.random(in: 0...120, using: &generator))
                let isAdmitted = machine.requested(now: now) == .admit
                #expect(isAdmitted == (admitted.count { now - $0 < Self.second } < perSecond), "\(random)")
                if isAdmitted { admitted.append(now) }
            }
        }
    }
}
