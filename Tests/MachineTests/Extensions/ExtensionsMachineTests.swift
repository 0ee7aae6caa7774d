// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct ExtensionsMachineTests {
    private static func registration(_ name: String, _ events: [String] = []) -> ExtensionRegistration {
        ExtensionRegistration(name: name, events: events)
    }

    /// One external extension `e` that has registered for these, with the identifier `E`.
    private static func registered(_ events: [String] = ["INVOKE", "SHUTDOWN"]) -> ExtensionsMachine {
        var machine = ExtensionsMachine(external: ["e"])
        #expect(machine.registered(Self.registration("e", events), identifier: "E") == .accept(startRuntime: true))
        return machine
    }

    @Test func theRuntimeStartsWhenTheLastExternalOneHasRegistered() {
        var machine = ExtensionsMachine(external: ["a", "b"])
        #expect(machine.registered(Self.registration("b"), identifier: "B") == .accept(startRuntime: false))
        #expect(machine.registered(Self.registration("a"), identifier: "A") == .accept(startRuntime: true))
    }

    @Test func theInitialisationIsOverWhenRuntimeAndExtensionsHaveAsked() {
        var machine = Self.registered()
        #expect(machine.registered(Self.registration("inside"), identifier: "I") == .accept(startRuntime: false))
        #expect(machine.nextArrived(from: "E") == .wait)
        #expect(machine.runtimeAskedForNext() == .hold)
        #expect(!machine.everyoneIsWaiting)
        #expect(machine.nextArrived(from: "I") == .waitAndRelease)
        #expect(machine.everyoneIsWaiting)
    }

    @Test func withoutExtensionsNobodyIsHeld() {
        var machine = ExtensionsMachine()
        #expect(machine.runtimeAskedForNext() == .goOn)
        #expect(machine.everyoneIsWaiting)
        #expect(machine.invocationBegan() == [])
        #expect(!machine.everyoneIsWaiting)
        #expect(machine.runtimeAskedForNext() == .goOn)
    }

    @Test(arguments: [["INVOKE"], ["SHUTDOWN"], []])
    func anInvocationWaitsForThoseThatHaveInvoke(events: [String]) {
        var machine = Self.registered(events)
        _ = machine.nextArrived(from: "E")
        #expect(machine.runtimeAskedForNext() == .goOn)
        let hears = events == ["INVOKE"]
        #expect(machine.invocationBegan() == (hears ? ["E"] : []))
        #expect(machine.runtimeAskedForNext() == (hears ? .hold : .goOn))
        if hears { #expect(machine.nextArrived(from: "E") == .waitAndRelease) }
        #expect(machine.everyoneIsWaiting)
    }

    @Test func anExtensionThatIsDoneBeforeTheRuntimeHoldsNobody() {
        var machine = Self.registered()
        _ = machine.nextArrived(from: "E")
        _ = machine.runtimeAskedForNext()
        #expect(machine.invocationBegan() == ["E"])
        #expect(machine.nextArrived(from: "E") == .wait)
        #expect(machine.runtimeAskedForNext() == .goOn)
    }

    @Test func oneWhoseConnectionBrokeGetsItsEventWhenItComesBack() {
        var machine = Self.registered()
        _ = machine.nextArrived(from: "E")
        _ = machine.runtimeAskedForNext()
        machine.nextLost(from: "E")
        #expect(!machine.everyoneIsWaiting, "it is about to come back, and must not be frozen")
        #expect(machine.invocationBegan() == [])
        #expect(machine.nextArrived(from: "E") == .deliver(.invoke))
        #expect(machine.runtimeAskedForNext() == .hold)
        #expect(machine.nextArrived(from: "E") == .waitAndRelease)
    }

    // MARK: Refusals

    @Test func refusesEventsThatItMayNotHave() {
        var machine = ExtensionsMachine(external: ["e"])
        #expect(
            machine.registered(Self.registration("e", ["START"]), identifier: "E")
                == .refuse(.invalidEventType("START"))
        )
        #expect(
            machine.registered(Self.registration("inside", ["SHUTDOWN"]), identifier: "I")
                == .refuse(.invalidEventType("SHUTDOWN"))
        )
        var managed = ExtensionsMachine(external: ["e"], allowsInvoke: false)
        #expect(
            managed.registered(Self.registration("e", ["INVOKE"]), identifier: "E")
                == .refuse(.invalidEventType("INVOKE"))
        )
    }

    @Test func refusesToRegisterTwice() {
        var machine = Self.registered()
        #expect(
            machine.registered(Self.registration("e"), identifier: "F")
                == .refuse(.invalidState(from: "Registered", to: "Registered", of: "e"))
        )
        _ = machine.registered(Self.registration("inside"), identifier: "I")
        #expect(machine.registered(Self.registration("inside"), identifier: "J") == .refuse(.nameIsTaken))
    }

    @Test func refusesTheEleventh() {
        var machine = ExtensionsMachine()
        for number in 1...10 {
            let answer = machine.registered(Self.registration("\(number)"), identifier: "\(number)")
            #expect(answer == .accept(startRuntime: false))
        }
        #expect(machine.registered(Self.registration("11"), identifier: "11") == .refuse(.tooMany(limit: 10)))
        let refusal = ExtensionRefusal.tooMany(limit: 10)
        #expect(refusal.errorType == "Extension.TooManyExtensions")
        #expect(refusal.message == "Extension limit (10) reached")
    }

    @Test func refusesAsManyAsItWasTold() {
        var machine = ExtensionsMachine(external: ["e"], limit: 2)
        #expect(machine.registered(Self.registration("e"), identifier: "e") == .accept(startRuntime: true))
        #expect(machine.registered(Self.registration("i"), identifier: "i") == .accept(startRuntime: false))
        #expect(machine.registered(Self.registration("j"), identifier: "j") == .refuse(.tooMany(limit: 2)))
    }

    @Test func refusesWhoComesAfterTheRuntimeHasAsked() {
        var machine = ExtensionsMachine()
        _ = machine.runtimeAskedForNext()
        #expect(machine.registered(Self.registration("late"), identifier: "L") == .refuse(.registrationClosed))
    }

    @Test func refusesASecondNextAndAnUnknownOne() {
        var machine = Self.registered()
        _ = machine.nextArrived(from: "E")
        #expect(machine.nextArrived(from: "E") == .refuse(.invalidState(from: "Ready", to: "Ready", of: "E")))
        #expect(machine.nextArrived(from: "X") == .refuse(.unknownExtension("X")))
    }

    // MARK: Failures

    @Test func anInitErrorCountsBeforeTheFirstNextAndAnExitErrorAlways() {
        var machine = Self.registered()
        #expect(machine.reported(.initError, errorType: "Extension.X", from: "E") == .fail(name: "e"))
        #expect(machine.reported(.initError, errorType: "Extension.Y", from: "E") == .accept, "only the first counts")
        #expect(machine.report.first?.errorType == "Extension.X")
        #expect(machine.report.first?.state == "InitError")
        #expect(
            machine.reported(.exitError, errorType: "Extension.Z", from: "E")
                == .refuse(.invalidState(from: "InitError", to: "Exited", of: "E"))
        )

        var ready = Self.registered()
        _ = ready.nextArrived(from: "E")
        #expect(
            ready.reported(.initError, errorType: "Extension.X", from: "E")
                == .refuse(.invalidState(from: "Ready", to: "InitError", of: "E"))
        )
        #expect(ready.reported(.exitError, errorType: "Extension.X", from: "E") == .fail(name: "e"))
        #expect(ready.reported(.exitError, errorType: "Extension.X", from: "X") == .refuse(.unknownIdentifier))
    }

    @Test func aProcessThatEndsByItselfEndsTheEnvironment() {
        var machine = Self.registered()
        #expect(machine.externalGone("e") == .fail)

        var started = ExtensionsMachine(external: ["e"])
        #expect(started.externalGone("e", errorType: "Extension.LaunchError") == .fail)
        #expect(started.report.first?.state == "LaunchError")

        var reported = Self.registered()
        _ = reported.reported(.initError, errorType: "Extension.X", from: "E")
        #expect(reported.externalGone("e") == .goOn, "it was told before")
    }

    // MARK: Shutdown

    @Test func theBudgetIsLambdas() {
        var machine = ExtensionsMachine(external: [])
        #expect(machine.shutdownBudget.milliseconds == 0)
        _ = machine.registered(Self.registration("inside"), identifier: "I")
        #expect(machine.shutdownBudget.milliseconds == 500)
        #expect(machine.shutdownBudget.runtimeMilliseconds == 500)
        #expect(Self.registered().shutdownBudget.milliseconds == 2_000)
        #expect(Self.registered().shutdownBudget.runtimeMilliseconds == 300)
        #expect(ExtensionsMachine(external: ["e"]).shutdownBudget == .none, "it has not registered")
    }

    @Test func tellsThoseThatWaitAndKeepsItForOthersAndEndsTheRest() {
        var machine = ExtensionsMachine(external: ["busy", "deaf", "ready"])
        _ = machine.registered(Self.registration("busy", ["SHUTDOWN"]), identifier: "B")
        _ = machine.registered(Self.registration("deaf", ["INVOKE"]), identifier: "D")
        _ = machine.registered(Self.registration("ready", ["SHUTDOWN"]), identifier: "R")
        _ = machine.nextArrived(from: "R")
        let shutdown = machine.shutdownBegan()
        #expect(shutdown.deliver == ["R"])
        #expect(shutdown.kill == ["deaf"])
        #expect(!shutdown.isOver)
        #expect(machine.nextArrived(from: "B") == .deliver(.shutdown))
        #expect(machine.externalGone("deaf") == .goOn)
        #expect(machine.externalGone("ready") == .goOn)
        #expect(machine.externalGone("busy") == .allGone)
        #expect(machine.shutdownBegan().isOver, "it has begun before")
    }

    @Test func nobodyIsWaitedForWhereNobodyIs() {
        var machine = ExtensionsMachine()
        #expect(machine.shutdownBegan() == ExtensionsMachine.Shutdown())
    }
}
