// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// One invocation of a function under test.
///
/// Each of its methods waits for what it gives, and lets the time pass that the function waits for meanwhile, by its
/// `context.clock`. So a stream with minutes between its chunks takes no time, and each chunk says when it was sent.
public struct TestedInvocation: Sendable {
    /// What `context.requestID` says.
    public let requestID: String
    let bench: NIOLoopBound<TestBench>
    let flight: NIOLoopBound<TestFlight>

    /// Status, headers and cookies, as soon as they are there.
    ///
    /// - Throws: ``FunctionTestError``, when the function fails before.
    public func head() async throws -> ResponseHead {
        try await self.wait(for: "the head of the response") { flight in
            if let head = flight.caller.head { return head }
            guard let end = flight.caller.end else { return nil }
            let text = end.failure.map { "\($0.type): \($0.message)" } ?? "it had none"
            throw FunctionTestError(.noHead, "the response ended before its head: \(text)", end.failure)
        }
    }

    /// The next chunk of the body, as the function wrote it; `nil` when there are no more.
    public func nextChunk() async throws -> ReceivedChunk? {
        try await self.wait(for: "a chunk") { flight in
            if let chunk = flight.caller.takeChunk() { return .some(chunk) }
            return flight.caller.end == nil ? nil : .some(nil)
        }
    }

    /// How the response ends. What was not read of it until then is dropped.
    public func end() async throws -> ResponseEnd { try await self.response().end }

    /// All that is still to come, to the end.
    public func response() async throws -> TestedResponse {
        let flight = self.flight
        return try await self.bench.run { bench in
            var chunks: [ReceivedChunk] = []
            return try await bench.wait(
                for: "the end of the response",
                inParts: {
                    let caller = flight.value.caller
                    let before = chunks.count
                    while let chunk = caller.takeChunk() { chunks.append(chunk) }
                    if let end = caller.end { return .all(TestedResponse(head: caller.head, chunks: chunks, end: end)) }
                    return chunks.count > before ? .part : .nothing
                }
            )
        }
    }

    /// Waits until the function is free for its next invocation: also the work after its response is done.
    ///
    /// - Throws: ``FunctionTestError``, when the function timed out over it.
    public func finished() async throws {
        try await self.wait(for: "the function's call for its next invocation") { $0.isFinished ? () : nil }
    }

    /// The caller closes its connection. On Lambda, and so here, the function does not notice.
    public func leave() async {
        let flight = self.flight
        await self.bench.run { _ in flight.value.caller.leave() }
    }

    private func wait<Value: Sendable>(
        for what: String,
        _ find: @escaping @Sendable (TestFlight) throws -> Value?
    ) async throws -> Value {
        let flight = self.flight
        return try await self.bench.run { bench in
            try await bench.wait(for: what) { try find(flight.value) }
        }
    }
}
