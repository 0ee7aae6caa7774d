// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// Who hears what at the end of an environment, and how much time is left then: none without an extension, 500 ms with
/// internal ones only, 2,000 ms with an external one, of which the runtime has 300.
/// (Lambda Developer Guide, "Lambda execution environment", "Shutdown phase"; Lambda's own server, `rapid/shutdown.go`.)
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ShutdownSignalTests {
    /// Runs one invocation, and answers what the log has from the end on: lines that were printed, with the milliseconds
    /// since then, and how long all took.
    private static func end(
        of function: FunctionConfiguration
    ) async throws -> (printed: [(line: String, after: Int64)], milliseconds: Int64) {
        let log = LocalLambda.Log()
        try await LocalLambda.run(function, log: log) { lambda in
            #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
            _ = try await lambda.log.reports(atLeast: 1)
        }
        let events = log.all.drop { if case .shuttingDown = $0.kind { false } else { true } }
        let start = try #require(events.first).epochMilliseconds
        let printed: [(line: String, after: Int64)] = events.compactMap { event in
            switch event.kind {
            case .output(_, let line), .extensions(.output(_, _, let line)): (line, event.epochMilliseconds - start)
            default: nil
            }
        }
        let end = events.last { if case .environmentEnded = $0.kind { true } else { false } }
        return (printed, try #require(end).epochMilliseconds - start)
    }

    @Test func withoutAnExtensionItHearsNothing() async throws {
        let function = try ScriptedFunction.configuration(initialisation: [.onTerm(exits: false)])
        let end = try await Self.end(of: function)
        #expect(end.printed.isEmpty, "\(end)")
        #expect(end.milliseconds < 400, "\(end)")
    }

    @Test func withAnInternalOneItHearsTheSignalAndHasHalfASecond() async throws {
        for exits in [true, false] {
            let steps: [ScriptedFunction.Step] = [.onTerm(exits: exits), .internalExtension("mine")]
            let end = try await Self.end(of: try ScriptedFunction.configuration(initialisation: steps))
            #expect(end.printed.map(\.line) == ["terminated"], "\(end)")
            #expect(exits ? end.milliseconds < 490 : 490..<1_900 ~= end.milliseconds, "\(exits): \(end)")
        }
    }

    /// The extension is told when the runtime has gone, at the latest when its share of the time is over.
    @Test func withAnExternalOneTheRuntimeHasAShareOfTwoSeconds() async throws {
        for exits in [true, false] {
            var script = ScriptedExtensions.Script()
            script.shutdown = [["print", "told"], ["hang"]]
            try await ScriptedExtensions.with(["e": script]) { extensions in
                let end = try await Self.end(of: try extensions.configuration(initialisation: [.onTerm(exits: exits)]))
                #expect(end.printed.map(\.line) == ["terminated", "told"], "\(end)")
                let told = try #require(end.printed.last).after
                #expect(exits ? told < 290 : 290..<1_900 ~= told, "\(exits): \(end)")
                #expect(end.milliseconds >= 1_990, "\(end)")
            }
        }
    }

    @Test func oneInternalExtensionTooManyIsRefusedWithAWordInTheLog() async throws {
        var limits = ServiceLimits.lambda
        try limits.change("extensions=1")
        let steps: [ScriptedFunction.Step] = [.internalExtension("one"), .internalExtension("two")]
        let function = try ScriptedFunction.configuration(initialisation: steps)
        try await LocalLambda.run(function, limits: limits) { lambda in
            #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
            #expect(try await lambda.log.answers(2).map(\.status) == [200, 403])
            let note = try await lambda.log.note("Extension.TooManyExtensions")
            #expect(
                note
                    == "an extension got 403 Extension.TooManyExtensions: Extension limit (1) reached: limit extensions, "
                    + "1 for each environment; Lambda's is 10"
            )
        }
    }
}
