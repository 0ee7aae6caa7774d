// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import TestSupport
import Testing

@Suite struct ManagedEnvironmentMachineTests {
    @Test func theFirstNextEndsTheInitialisationAndLaterOnesDoNot() {
        var machine = ManagedEnvironmentMachine(workers: 3)
        #expect(machine.invocationAssigned("a") == .hold)
        #expect(machine.nextArrived() == .deliver(requestID: "a", finishesInit: true))
        #expect(machine.nextArrived() == .wait(finishesInit: false))
        #expect(machine.initErrorReported() == .refuse, "of workers that race, the first one's word counts")
    }

    @Test func whatIsHeldIsDeliveredInItsOrderAsWorkersCome() {
        var machine = ManagedEnvironmentMachine(workers: 3)
        for id in ["c", "a", "b"] { #expect(machine.invocationAssigned(id) == .hold) }
        for (id, isFirst) in [("c", true), ("a", false), ("b", false)] {
            #expect(machine.nextArrived() == .deliver(requestID: id, finishesInit: isFirst))
        }
    }

    @Test func asManyMayWaitAsThereAreWorkersAndNoMore() {
        var machine = ManagedEnvironmentMachine(workers: 2)
        #expect(machine.nextArrived() == .wait(finishesInit: true))
        #expect(machine.nextArrived() == .wait(finishesInit: false))
        #expect(machine.nextArrived() == .tooManyIdle)
        machine.waitingNextLost()
        #expect(machine.nextArrived() == .wait(finishesInit: false))
        #expect(machine.invocationAssigned("a") == .deliver)
        #expect(machine.nextArrived() == .wait(finishesInit: false), "one that has an invocation does not wait")
    }

    @Test func anInvocationOfTheSameIdIsRefusedWhileTheFirstIsThere() {
        var machine = ManagedEnvironmentMachine(workers: 2)
        #expect(machine.invocationAssigned("a") == .hold)
        #expect(machine.invocationAssigned("a") == .refuseDuplicate)
        _ = machine.nextArrived()
        #expect(machine.invocationAssigned("a") == .refuseDuplicate)
        #expect(machine.responseFinished("a") == .forget)
        #expect(machine.invocationAssigned("a") == .hold)
    }

    @Test func aTimeOutMakesOneInvocationLateAndLeavesTheOthersAlone() {
        var machine = ManagedEnvironmentMachine(workers: 2)
        for id in ["a", "b"] { _ = machine.invocationAssigned(id) }
        for _ in 0..<2 { _ = machine.nextArrived() }
        #expect(machine.timeIsOver("a") == .timeOut)
        #expect(machine.timeIsOver("a") == .ignore)
        #expect(machine.responseFinished("a") == .ignore)
        #expect(machine.posted("a") == .late)
        #expect(machine.posted("b") == .accept)
        #expect(machine.invocationAssigned("a") == .hold, "a retry under the same id is a new delivery")
        #expect(machine.nextArrived() == .deliver(requestID: "a", finishesInit: false))
        #expect(machine.posted("a") == .accept)
    }

    @Test func oneThatNoWorkerAskedForIsGivenUp() {
        var machine = ManagedEnvironmentMachine(workers: 2)
        _ = machine.invocationAssigned("a")
        #expect(machine.posted("a") == .unknown, "nobody has it")
        #expect(machine.timeIsOver("a") == .giveUp)
        #expect(machine.posted("a") == .unknown)
        #expect(machine.nextArrived() == .wait(finishesInit: true))
    }

    @Test func lateOnesAreForgottenInTheEnd() {
        var machine = ManagedEnvironmentMachine(workers: 1)
        for number in 0..<100 {
            _ = machine.invocationAssigned("\(number)")
            _ = machine.nextArrived()
            #expect(machine.timeIsOver("\(number)") == .timeOut)
        }
        #expect(machine.posted("97") == .unknown)
        #expect(machine.posted("98") == .late && machine.posted("99") == .late)
        #expect(machine.invocationCount == 0)
    }

    @Test func theEndIsToldToAllThatAreThereOnce() {
        var machine = ManagedEnvironmentMachine(workers: 3)
        for id in ["a", "b", "c"] { _ = machine.invocationAssigned(id) }
        for _ in 0..<2 { _ = machine.nextArrived() }
        _ = machine.timeIsOver("a")
        #expect(machine.environmentEnded() == ["b", "c"])
        #expect(machine.environmentEnded() == [])
        #expect(machine.nextArrived() == .refuse)
        #expect(machine.invocationAssigned("d") == .refuse)
    }

    /// Random scripts against what a list of workers would say.
    @Test func noScriptLosesAnInvocationOrAWorker() {
        let random = SeededGenerator()
        var generator = random
        for _ in 0..<300 {
            let workers = Int.random(in: 1...4, using: &generator)
            var machine = ManagedEnvironmentMachine(workers: workers)
            var (held, running, idle, number) = ([String](), Set<String>(), 0, 0)
            for _ in 0..<60 {
                switch Int.random(in: 0..<6, using: &generator) {
                case 0, 1:
                    number += 1
                    let decision = machine.invocationAssigned("\(number)")
                    #expect(decision == (idle > 0 ? .deliver : .hold), "\(random)")
                    if idle > 0 {
                        idle -= 1
                        running.insert("\(number)")
                    } else {
                        held.append("\(number)")
                    }
                case 2, 3:
                    switch machine.nextArrived() {
                    case .deliver(let id, _):
                        #expect(id == held.first, "\(random)")
                        held.removeFirst()
                        running.insert(id)
                    case .wait:
                        #expect(held.isEmpty && idle < workers, "\(random)")
                        idle += 1
                    case .tooManyIdle: #expect(idle == workers, "\(random)")
                    case .refuse: Issue.record("it has not ended: \(random)")
                    }
                case 4:
                    guard let id = running.randomElement(using: &generator) else { continue }
                    running.remove(id)
                    if Bool.random(using: &generator) {
                        #expect(machine.responseFinished(id) == .forget, "\(random)")
                        #expect(machine.posted(id) == .unknown, "\(random)")
                    } else {
                        #expect(machine.timeIsOver(id) == .timeOut, "\(random)")
                        #expect(machine.posted(id) == .late, "\(random)")
                    }
                default:
                    guard idle > 0 else { continue }
                    idle -= 1
                    machine.waitingNextLost()
                }
                #expect(machine.idleCount == idle, "\(random)")
                #expect(machine.invocationCount == held.count + running.count, "\(random)")
            }
            #expect(machine.environmentEnded() == (held + running).sorted(), "\(random)")
        }
    }
}
