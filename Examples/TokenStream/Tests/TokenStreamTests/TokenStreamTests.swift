// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import Sluice
import SluiceTesting
import Testing
import TokenStreamFunction

@Suite struct TokenStreamTests {
    private let lastEventID = HTTPField.Name("Last-Event-ID")!
    private var patient: TestedFunction.Settings {
        var settings = TestedFunction.Settings()
        settings.timeout = .seconds(60)
        return settings
    }

    @Test func servesItsPage() async throws {
        try await withTestedFunction(tokenStream) { function in
            let page = try await function.invoke(.functionURL("/")).response()
            #expect(page.head?.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.text.contains("new EventSource("))
        }
    }

    @Test func eachTokenIsAnEventAndLeavesAtOnce() async throws {
        try await withTestedFunction(tokenStream, self.patient) { function in
            let response = try await function.invoke(.functionURL("/tokens")).response()
            #expect(response.head?.headers[.contentType] == "text/event-stream")
            #expect(response.chunks[1].text == "id: 1\ndata: I \n\n")
            #expect(response.chunks[1].at == .milliseconds(400))
            #expect(response.chunks[2].at == .milliseconds(435))
            #expect(response.chunks.last?.text.contains("event: done") == true)
            #expect(response.end.isComplete)
        }
    }

    @Test func whoComesBackGoesOnBehindTheLastToken() async throws {
        try await withTestedFunction(tokenStream, self.patient) { function in
            let whole = try await function.invoke(.functionURL("/tokens")).response()
            let broken = try await function.invoke(.functionURL("/tokens?break=30")).response()
            #expect(broken.end.failure?.type == "Function.BrokenOff")

            let again = TestEvent.functionURL("/tokens?break=30", headers: [self.lastEventID: "30"])
            let rest = try await function.invoke(again).response()
            #expect(rest.end.isComplete)
            let seams = broken.chunks.dropFirst() + rest.chunks.dropFirst()
            #expect(seams.map(\.text) == whole.chunks.dropFirst().map(\.text))
        }
    }

    @Test func anAnswerLongerThanTheTimeOutIsFinishedByLaterInvocations() async throws {
        var settings = TestedFunction.Settings()
        settings.timeout = .seconds(2)
        try await withTestedFunction(tokenStream, settings) { function in
            var seen = 0
            var invocations = 0
            while true {
                let event = TestEvent.functionURL("/tokens", headers: [self.lastEventID: "\(seen)"])
                let response = try await function.invoke(event).response()
                invocations += 1
                seen += response.chunks.count { $0.text.contains("id: ") }
                if response.end.isComplete { break }
                #expect(response.end.failure?.type == "Function.DeadlineExceeded")
                try #require(invocations < 20)
            }
            #expect(invocations > 2)
            // Whoever has everything is told to stay away.
            let event = TestEvent.functionURL("/tokens", headers: [self.lastEventID: "\(seen)"])
            #expect(try await function.invoke(event).head().status == .noContent)
        }
    }

    @Test func aModelThatThinksIsNotTakenForDead() async throws {
        try await withTestedFunction(tokenStream, self.patient) { function in
            let response = try await function.invoke(.functionURL("/tokens?prompt=Think")).response()
            #expect(response.chunks[1...2].map(\.text) == [":\n\n", ":\n\n"])
            #expect(response.chunks[1...2].map(\.at) == [.seconds(10), .seconds(20)])
            #expect(response.chunks[3].at == .seconds(25))
        }
    }

    @Test(arguments: ["-1", "100000", "99999999999999999999", "x"])
    func anIDThatNobodyGaveDoesNoHarm(id: String) async throws {
        try await withTestedFunction(tokenStream, self.patient) { function in
            let event = TestEvent.functionURL("/tokens", headers: [self.lastEventID: id])
            let status = try await function.invoke(event).head().status
            #expect([.ok, .noContent].contains(status))
        }
    }
}
