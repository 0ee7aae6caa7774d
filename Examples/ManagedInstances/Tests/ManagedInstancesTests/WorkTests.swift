// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import ManagedInstancesFunction
import Sluice
import SluiceTesting
import Testing

/// In memory, and over sockets as on Lambda.
@Suite struct WorkTests {
    private func settings(_ transport: TestedFunction.Transport, concurrency: Int) -> TestedFunction.Settings {
        var settings = TestedFunction.Settings(transport)
        settings.maximumConcurrency = concurrency
        settings.timeout = .seconds(10)
        return settings
    }

    private func status(_ function: TestedFunction) async throws -> String {
        try await function.invoke(.functionURL("/status")).response().text
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func severalInvocationsRunInOneProcess(transport: TestedFunction.Transport) async throws {
        try await withTestedFunction(work(), self.settings(transport, concurrency: 5)) { function in
            var calls: [TestedInvocation] = []
            for _ in 0..<4 {
                let call = try await function.invoke(.functionURL("/work?seconds=3"))
                _ = try await call.head()
                calls.append(call)
            }
            #expect(try await self.status(function) == #"{"running":4,"highest":4,"ended":0,"cutOff":0}"#)
            for call in calls {
                let response = try await call.response()
                #expect(response.chunks.last?.text == "second 2, 4 at once\n")
                #expect(response.end.isComplete)
            }
            #expect(try await self.status(function) == #"{"running":0,"highest":4,"ended":4,"cutOff":0}"#)
        }
    }

    @Test(arguments: TestedFunction.Transport.allCases)
    func theDeadlineOfOneLeavesTheOthersAlone(transport: TestedFunction.Transport) async throws {
        try await withTestedFunction(work(), self.settings(transport, concurrency: 3)) { function in
            let long = try await function.invoke(.functionURL("/work?seconds=1000"))
            _ = try await long.head()
            await function.advance(by: .seconds(6))
            let short = try await function.invoke(.functionURL("/work?seconds=6"))
            _ = try await short.head()

            let cut = try await long.response()
            #expect(cut.chunks.last?.text == "cut off at the deadline\n")
            #expect(cut.end.failure?.type == "Function.DeadlineExceeded")
            #expect(cut.end.at == .milliseconds(9_900))

            let whole = try await short.response()
            #expect(whole.chunks.count == 6)
            #expect(whole.end.isComplete)
            #expect(try await self.status(function) == #"{"running":0,"highest":2,"ended":2,"cutOff":1}"#)
        }
    }
}
