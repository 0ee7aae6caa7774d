// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// One call of a function that may be killed at any time: what it asks for, and whether Lambda could have answered so.
struct KilledCall: Sendable {
    /// What came of it, for a count.
    enum Outcome: String, CaseIterable, Sendable {
        case whole, failedBefore, brokenOff, throttled
    }

    /// Where the function ends its own process, or where nothing goes wrong by itself.
    enum Place: CaseIterable, Sendable { case atTheBeginning, afterAChunk, behindTheEnd, nowhere }

    let number: Int
    let kind: CallKind
    let place: Place
    /// Should it need a new environment, the first process of that ends at once.
    let crashesInit: Bool

    private static let pieces = ["one ", "two ", "three"]
    private static var whole: String { Self.pieces.joined() }

    init(_ number: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ UInt64(number) &* 0x9E37_79B9)
        self.number = number
        self.kind = CallKind.allCases.randomElement(using: &random) ?? .invoke
        let isKilled = Int.random(in: 0..<30, using: &random) == 0
        self.place = isKilled ? Place.allCases.randomElement(using: &random) ?? .nowhere : .nowhere
        self.crashesInit = Int.random(in: 0..<50, using: &random) == 0
    }

    private var steps: [ScriptedFunction.Step] {
        let kill = ScriptedFunction.Step.kill("SIGKILL")
        // By this line the log tells how often the event was delivered, and to which process.
        let begin: [ScriptedFunction.Step] = [.print("event \(self.number)"), .processID]
        let chunks = Self.pieces.map { ScriptedFunction.Step.chunk($0) }
        return switch self.place {
        case .atTheBeginning: begin + [kill]
        case .afterAChunk: begin + [chunks[0], kill]
        case .behindTheEnd: begin + chunks + [.end, kill]
        case .nowhere: begin + chunks + [.end]
        }
    }

    /// Calls, and throws when no Lambda would answer so.
    func run(on lambda: LocalLambda) async throws -> Outcome {
        let reply = try await lambda.call(
            self.kind,
            fields: self.crashesInit ? ["X-Sluice-Fault: init-crash"] : [],
            body: Array(try ScriptedFunction.Step.event(self.steps).utf8)
        )
        guard let outcome = try self.outcome(of: reply) else { throw Impossible(call: self, reply: reply) }
        if self.place == .atTheBeginning { try #require(outcome != .whole, "call \(self.number): \(reply)") }
        return outcome
    }

    private func outcome(of reply: RawReply) throws -> Outcome? {
        if reply.status == 429 { return reply.isWhole ? .throttled : nil }
        switch self.kind {
        case .invoke:
            guard reply.status == 200, reply.isWhole else { return nil }
            guard reply["x-amz-function-error"] == ["Unhandled"] else {
                return reply.text == Self.whole && reply["x-amz-function-error"].isEmpty ? .whole : nil
            }
            return Self.failure(reply.object?["errorType"])
        case .stream:
            guard reply.status == 200, reply.isWhole else { return nil }
            let (text, complete) = try reply.eventStream()
            guard let code = complete["ErrorCode"] else { return text == Self.whole ? .whole : nil }
            guard Self.whole.hasPrefix(text), let failure = Self.failure(code) else { return nil }
            return failure == .failedBefore && !text.isEmpty ? nil : failure
        case .functionURL:
            if reply.status == 502 {
                return reply.isWhole && reply.text == "Internal Server Error" ? .failedBefore : nil
            }
            guard reply.status == 200, Self.whole.hasPrefix(reply.text) else { return nil }
            return !reply.isWhole ? .brokenOff : reply.text == Self.whole ? .whole : nil
        }
    }

    private static func failure(_ type: String?) -> Outcome? {
        switch type {
        case "Runtime.ExitError": .failedBefore
        case "Runtime.TruncatedResponse": .brokenOff
        default: nil
        }
    }

    struct Impossible: Error, CustomStringConvertible {
        let call: KilledCall
        let reply: RawReply

        var description: String { "no answer of Lambda's to \(self.call): \(self.reply)" }
    }
}
