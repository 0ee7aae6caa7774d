// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import NIOPosix
import Sluice
import TestSupport
import Testing

@Suite struct ServerSentEventsTests {
    private static let heartbeat = Array(":\n\n".utf8)

    @Test func sendsAnEventInAChunk() async throws {
        let answer = try await posted {
            .serverSentEvents(headers: [.cacheControl: "no-store"], cookies: ["a=1"]) { events in
                try await events.send(data: "one\ntwo", event: "tick", id: "7", retry: .seconds(1))
                try await events.send(data: ByteBuffer(string: "{}"))
                try await events.comment("still here")
            }
        }
        #expect(
            answer.headers == [
                "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no",
            ]
        )
        #expect(
            answer.texts == [
                "event: tick\nid: 7\nretry: 1000\ndata: one\ndata: two\n\n", "data: {}\n\n", ": still here\n\n",
            ]
        )
        #expect(try await posted { .serverSentEvents { _ in } }.headers["cache-control"] == "no-cache")
    }

    @Test(arguments: [nil, Duration.seconds(15)])
    func sendsNothingOfAnEventThatCannotBe(heartbeat: Duration?) async throws {
        let errors = Watched<[StreamError]>([])
        let answer = try await posted {
            .serverSentEvents(heartbeat: heartbeat) { events in
                do throws(StreamError) {
                    try await events.send(data: "x", id: "a\nb")
                } catch {
                    errors.update { $0.append(error) }
                }
                try await events.send(data: "y")
                try await events.send(data: "z", event: "\n")
            }
        }
        #expect(answer.texts == ["data: y\n\n"])
        #expect(errors.current.map(\.code) == [.invalidContent])
        #expect(answer.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.StreamError")
    }

    @Test func knowsTheLastEventOfWhoConnectsAgain() async throws {
        let function = HTTPFunction { request, _ in .text(request.lastEventID ?? "none") }
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            for (headers, expected) in [([:], "none"), (["last-event-id": "7 é"], "7 é")] {
                try await connection.answerNext(urlEvent(headers: headers))
                #expect(try HTTPAnswer(await connection.readStream()).text == expected)
                try await connection.reply()
            }
        }
    }

    /// The service has seen the heartbeat before the function goes on.
    @Test func sendsHeartbeatsWhileTheFunctionIsSilent() async throws {
        let seen = Watched(0)
        let function = LambdaFunction { _, _ in
            .serverSentEvents(heartbeat: .milliseconds(10)) { events in
                _ = try? await seen.first("two heartbeats") { $0 >= 2 ? true : nil }
                try await events.send(data: "x")
                _ = try? await seen.first("another") { $0 >= 3 ? true : nil }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            var events: [[UInt8]] = []
            while case let chunk = try await connection.readChunk(), !chunk.isEmpty {
                if chunk != Self.heartbeat {
                    events.append(chunk)
                } else if seen.current < 2 || !events.isEmpty {
                    seen.update { $0 += 1 }
                }
            }
            #expect(events == [Array("data: x\n\n".utf8)])
            // The body has ended, and with it the heartbeats: the next thing is another invocation.
            #expect(try await connection.readTrailers().isEmpty)
            try await connection.reply()
            try await connection.readNext()
        }
    }

    @Test func sendsNoHeartbeatWhereNoneIsWanted() async throws {
        let answer = try await posted {
            .serverSentEvents(heartbeat: nil) { events in
                let loop = MultiThreadedEventLoopGroup.singleton.any()
                try await loop.scheduleTask(in: .milliseconds(50)) {}.futureResult.get()
                try await events.send(data: "x")
            }
        }
        #expect(answer.texts == ["data: x\n\n"])
    }

    @Test func worksFromAnotherExecutor() async throws {
        let answer = try await posted {
            .serverSentEvents(heartbeat: .milliseconds(10)) { events in
                try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    for number in 0..<100 { try await events.send(data: "\(number)") }
                }
            }
        }
        #expect(answer.texts.filter { $0 != ":\n\n" } == (0..<100).map { "data: \($0)\n\n" })
    }

    @Test func endsWithTheErrorOfItsClosureWithoutWaitingForAHeartbeat() async throws {
        struct Failed: Error {}
        let answer = try await posted { .serverSentEvents(heartbeat: .seconds(3_600)) { _ in throw Failed() } }
        #expect(answer.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.Failed")
    }

    /// Its heartbeats have ended with the cancellation; what it says itself still leaves.
    @Test(arguments: [nil, Duration.milliseconds(50)])
    func sendsALastEventWhenItIsCancelledForItsDeadline(heartbeat: Duration?) async throws {
        let function = HTTPFunction { _, _ in
            .serverSentEvents(heartbeat: heartbeat) { events in
                do {
                    _ = try await Watched(false).first("what never comes") { $0 ? true : nil }
                } catch {
                    try await events.send(data: "", event: "incomplete", evenIfCancelled: true)
                    throw error
                }
            }
        }
        try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            let deadline = Int(Date().timeIntervalSince1970 * 1_000) + 3_000
            try await connection.answerNext(urlEvent(), fields: ["Lambda-Runtime-Deadline-Ms: \(deadline)"])
            let answer = try HTTPAnswer(await connection.readStream())
            #expect(answer.texts.filter { $0 != ":\n\n" } == ["event: incomplete\ndata: \n\n"])
            #expect(answer.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.DeadlineExceeded")
        }
    }

    /// While a write waits for room, nothing is added to it.
    @Test func sendsNoHeartbeatsToAReaderThatIsBehind() async throws {
        let written = Watched((begun: 0, done: 0))
        let pieces = 200
        let function = LambdaFunction { _, _ in
            .serverSentEvents(heartbeat: .milliseconds(10)) { events in
                let data = ByteBuffer(repeating: 0x61, count: 64 * 1024)
                for _ in 0..<pieces {
                    written.update { $0.begun += 1 }
                    try await events.send(data: data)
                    written.update { $0.done += 1 }
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.readNext()
            try await connection.setReading(false)
            try await connection.sendInvocation("{}", requestID: "req-1")
            // The timers of ten heartbeats pass while the writer stands.
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            var standing = 0
            while standing < 10 {
                let before = written.current
                try await loop.scheduleTask(in: .milliseconds(11)) {}.futureResult.get()
                standing = written.current == before && before.begun == before.done + 1 ? standing + 1 : 0
            }
            try await connection.setReading(true)
            let response = try await connection.readStream()
            #expect(response.chunks.count { $0.starts(with: "data: a".utf8) } == pieces)
            #expect(response.chunks.count == pieces)
        }
    }
}
