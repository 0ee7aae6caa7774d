// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// A hundred streams at once, each of its own environment.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ManyStreamsTests {
    private static let count = 100
    private static let pieces = 50

    @Test func aHundredAreLiveAtOnceAndEachGetsItsOwnBytes() async throws {
        try await LocalLambda.run(try ScriptedFunction.configuration(concurrency: Self.count)) { lambda in
            let gate = try await Gate.open()
            let begun = Watched<Set<Int>>([]) { "\($0.count) have their first chunk" }
            try await withThrowingTaskGroup(of: Void.self) { calls in
                for number in 0..<Self.count {
                    calls.addTask {
                        let first = "stream \(number) begins\n"
                        let rest = (0..<Self.pieces).map { "\(number):\($0) " }
                        let script: [ScriptedFunction.Step] =
                            [.chunk(first), .untilAccepted(port: gate.port)] + rest.map { .chunk($0) } + [.end]
                        let kind: CallKind = number.isMultiple(of: 2) ? .stream : .functionURL
                        let reply = try await lambda.read(kind, script, marker: first) {
                            begun.update { _ = $0.insert(number) }
                        }
                        #expect(reply.status == 200)
                        #expect(reply.isWhole, "\(number)")
                        let text = kind == .stream ? try reply.eventStream().text : reply.text
                        #expect(text == first + rest.joined(), "\(number)")
                    }
                }
                // No stream may go on before every reader has read of its own.
                try await begun.first("the first chunk of all", within: .seconds(120)) {
                    $0.count == Self.count ? () : nil
                }
                await gate.release()
                try await calls.waitForAll()
            }
            #expect(lambda.log.startedEnvironments == Self.count)
        }
    }
}

extension LocalLambda {
    /// Calls the function, tells when the marker has been read, and reads on to the end.
    fileprivate func read(
        _ kind: CallKind,
        _ steps: [ScriptedFunction.Step],
        marker: String,
        _ whenRead: () -> Void
    ) async throws -> RawReply {
        try await withRawClient(port: self.port(for: kind)) { connection in
            let body = try ScriptedFunction.Step.event(steps)
            let fields = ["Connection: close", "Content-Length: \(body.utf8.count)"]
            try await connection.send(self.head(kind, fields: fields) + "\r\n" + body)
            let start = try await connection.read(within: .seconds(120)) { unread in
                let end = unread.firstRange(of: Array(marker.utf8))?.upperBound
                return end
            }
            whenRead()
            _ = try await connection.end(within: .seconds(120))
            return try RawReply(start + connection.unread)
        }
    }
}
