// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import Testing

@testable import SluiceHTTPServer

@Suite struct ConnectionMachineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func bounds(idle: Int64 = 10, delivery: Int64 = 10) -> ConnectionBounds {
        var bounds = ConnectionBounds.callers
        bounds.idle = .seconds(idle)
        bounds.delivery = .seconds(delivery)
        return bounds
    }

    private static func after(_ seconds: Int64) -> NIODeadline { Self.start + .seconds(seconds) }

    /// A machine whose one answer has just ended.
    private static func answered(_ bounds: ConnectionBounds, keeps: Bool) -> ConnectionMachine {
        var machine = ConnectionMachine(bounds: bounds, now: Self.start)
        _ = machine.bytesArrived(Array("GET / HTTP\r\n".utf8), now: Self.start)
        machine.headArrived(now: Self.start)
        machine.requestEnded(now: Self.start)
        #expect(machine.deadline == nil)
        let end = machine.answerEnded(keepsConnection: keeps, now: Self.start)
        #expect(end == (keeps ? .goOn : .closeWhenSent))
        return machine
    }

    @Test(arguments: [true, false]) func aReaderThatSleepsIsGivenUpAtTheSecondLook(keeps: Bool) {
        var machine = Self.answered(Self.bounds(idle: 30), keeps: keeps)
        #expect(machine.deadline == Self.after(10))
        #expect(machine.timeCame(now: Self.after(10), unsentBytes: 500) == .wait)
        #expect(machine.deadline == Self.after(20))
        #expect(machine.timeCame(now: Self.after(20), unsentBytes: 500) == .close)
    }

    @Test(arguments: [true, false]) func aReaderThatIsSlowIsNot(keeps: Bool) {
        var machine = Self.answered(Self.bounds(), keeps: keeps)
        for look in 1...50 {
            #expect(machine.timeCame(now: Self.after(10 * Int64(look)), unsentBytes: 100 - look) == .wait)
        }
        #expect(machine.timeCame(now: Self.after(510), unsentBytes: 50) == .close)
    }

    @Test func whatHasLeftIsIdle() {
        var machine = Self.answered(Self.bounds(idle: 30), keeps: true)
        #expect(machine.timeCame(now: Self.after(10), unsentBytes: 0) == .wait)
        #expect(machine.deadline == Self.after(30))
        #expect(machine.timeCame(now: Self.after(29), unsentBytes: 0) == .wait)
        #expect(machine.timeCame(now: Self.after(30), unsentBytes: 0) == .close)
    }

    @Test func anAnswerInBetweenMakesTheLookVoid() {
        var machine = Self.answered(Self.bounds(idle: 30), keeps: true)
        #expect(machine.timeCame(now: Self.after(10), unsentBytes: 500) == .wait)
        _ = machine.bytesArrived(Array("GET / HTTP\r\n".utf8), now: Self.after(11))
        machine.headArrived(now: Self.after(11))
        machine.requestEnded(now: Self.after(11))
        _ = machine.answerEnded(keepsConnection: true, now: Self.after(12))
        #expect(machine.timeCame(now: Self.after(22), unsentBytes: 900) == .wait)
        #expect(machine.timeCame(now: Self.after(32), unsentBytes: 899) == .wait)
    }

    private enum Input: CaseIterable {
        case few, many, head, data, end, keptAnswer, lastAnswer, leave, linger, time, ended
    }

    /// Every script of five inputs: whatever happens, a connection that lingers or is over parses nothing, and what
    /// waits for its peer has a time at which that ends.
    @Test func everyShortScriptKeepsThePromises() {
        var bounds = Self.bounds()
        (bounds.headBytes, bounds.framingBytes, bounds.pipelinedBytes, bounds.discardedBytes) = (100, 100, 100, 100)
        var scripts: [[Input]] = [[]]
        for _ in 0..<5 { scripts = scripts.flatMap { script in Input.allCases.map { script + [$0] } } }
        for script in scripts { Self.run(script, bounds) }
    }

    private static func run(_ script: [Input], _ bounds: ConnectionBounds) {
        var machine = ConnectionMachine(bounds: bounds, now: Self.start)
        var now = Self.start
        var isEnding = false
        var isOver = false
        for input in script {
            now = now + .seconds(1)
            switch input {
            case .few, .many:
                let action = machine.bytesArrived(
                    repeatElement(UInt8(ascii: "a"), count: input == .few ? 1 : 101),
                    now: now
                )
                if isEnding || isOver { #expect(action != .parse, "\(script)") }
                if machine.faultAfterBytes() != nil { #expect(!isEnding && !isOver, "\(script)") }
            case .head: machine.headArrived(now: now)
            case .data: machine.dataArrived(1)
            case .end: machine.requestEnded(now: now)
            case .keptAnswer: isEnding = machine.answerEnded(keepsConnection: true, now: now) != .goOn || isEnding
            case .lastAnswer: isEnding = machine.answerEnded(keepsConnection: false, now: now) != .goOn || isEnding
            case .leave:
                machine.leave(now: now)
                (isEnding, isOver) = (true, false)
            case .linger:
                machine.linger(now: now)
                (isEnding, isOver) = (true, false)
            case .time:
                if let deadline = machine.deadline {
                    now = max(now, deadline)
                    _ = machine.timeCame(now: now, unsentBytes: 5)
                }
            case .ended:
                machine.connectionEnded()
                (isEnding, isOver) = (false, true)
            }
            if isOver { #expect(machine.deadline == nil, "\(script)") }
            if isEnding { #expect(machine.deadline != nil, "\(script)") }
        }
    }
}
