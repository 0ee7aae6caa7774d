// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import ServiceLifecycle
import Sluice
import SluiceServiceLifecycle
import SluiceTesting
import TestSupport
import Testing

/// A function among services, under test.
@Suite struct ServiceTests {
    private struct Broken: Error, CustomStringConvertible {
        let description = "no more tea"
    }

    /// Ends when it is asked to, or fails when the test says so.
    private struct Kettle: Service {
        let calls: Watched<[String]>
        var failing = Watched(false)

        func run() async throws {
            self.calls.update { $0.append("begun") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gracefulShutdown() }
                group.addTask {
                    _ = try await self.failing.first("the failure", within: .seconds(600)) { $0 ? true : nil }
                    throw Broken()
                }
                defer { group.cancelAll() }
                try await group.next()
            }
            self.calls.update { $0.append("ended") }
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func theFunctionServesWhileItsServicesRun(_ transport: TestedFunction.Transport) async throws {
        let calls = Watched<[String]>([])
        let function = HTTPFunction(
            setUp: { lifecycle in
                calls.update { $0.append("set up") }
                lifecycle.onShutdown { calls.update { $0.append("shut down") } }
            },
            { _, _, _ in .text("served") }
        ).with(services: [Kettle(calls: calls)])
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let text = try await function.invoke(.functionURL()).response().text
            #expect(text == "served")
            #expect(calls.current == ["begun", "set up"])
            try await function.shutDown()
        }
        #expect(calls.current == ["begun", "set up", "shut down", "ended"])
    }

    @Test func servicesAreAddedUp() async throws {
        let calls = Watched<[String]>([])
        let function = LambdaFunction { event, _ in .bytes(event) }
            .with(services: [Kettle(calls: calls)])
            .with(services: [.init(service: Kettle(calls: calls), serviceName: "second")])
        try await withTestedFunction(function) { function in
            #expect(calls.current == ["begun", "begun"])
            _ = function
        }
    }

    @Test func aServiceThatFailsLaterEndsTheFunctionAndIsNamed() async throws {
        let failing = Watched(false)
        let kettle = Kettle(calls: Watched([]), failing: failing)
        let function = LambdaFunction { event, _ in
            _ = try await Watched(false).first("what never comes", within: .seconds(600)) { $0 ? true : nil }
            return .bytes(event)
        }.with(services: [.init(service: kettle, serviceName: "kettle")])
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.raw("{}"))
            failing.update { $0 = true }
            let ending = await #expect(throws: FunctionTestError.self) { try await call.finished() }
            #expect(ending?.code == .functionEnded)
            #expect(ending?.message == "a service beside the function failed: kettle: Function.Broken: no more tea")
        }
    }

    @Test func setUpMayWaitForAServiceAndIsToldWhenThatFails() async throws {
        let failing = Watched(true)
        let kettle = Kettle(calls: Watched([]), failing: failing)
        let function = LambdaFunction(
            setUp: { _ in
                _ = try await Watched(false).first("what never comes", within: .seconds(600)) { $0 ? true : nil }
            },
            { _, event, _ in .bytes(event) }
        ).with(services: [.init(service: kettle, serviceName: "kettle")])
        let error = await #expect(throws: FunctionTestError.self) {
            try await withTestedFunction(function) { _ in }
        }
        #expect(error?.code == .initialisationFailed)
        #expect(error?.failure?.type == "Function.Broken")
        #expect(error?.failure?.message == "no more tea")
    }

    @Test func aServiceThatMayReturnOrFailDoesNoHarm() async throws {
        struct Once: Service { func run() async throws {} }
        struct Never: Service { func run() async throws { throw Broken() } }
        let function = LambdaFunction { event, _ in .bytes(event) }.with(services: [
            .init(service: Once(), successTerminationBehavior: .ignore),
            .init(service: Never(), failureTerminationBehavior: .ignore),
        ])
        try await withTestedFunction(function) { function in
            let text = try await function.invoke(.raw("{}")).response().text
            #expect(text == "{}")
        }
    }

    @Test func aFailedSetUpIsReportedAsItself() async throws {
        let function = LambdaFunction(
            setUp: { _ in throw Broken() },
            { _, event, _ in .bytes(event) }
        ).with(services: [Kettle(calls: Watched([]))])
        let error = await #expect(throws: FunctionTestError.self) {
            try await withTestedFunction(function) { _ in }
        }
        #expect(error?.failure?.type == "Function.Broken")
    }
}
