// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import Synchronization
import TestSupport
import Testing

/// Thousands of invocations over eight environments, whose processes are killed all the time: by themselves in the
/// midst of their work, in their initialisation, and from outside at any moment.
@Suite(.timeLimit(.minutes(10)), .requires(.python3), .takesTurns) struct RandomKillTests {
    private static let calls = 10_000
    private static let environments = 8

    /// What the log says of the processes: the functions print their numbers.
    private static func processes(_ events: some Sequence<LogEvent>) -> Set<Int32> {
        Set(
            events.compactMap { event in
                guard case .output(_, let line) = event.kind, line.hasPrefix("child ") else { return nil }
                return Int32(line.dropFirst("child ".count))
            }
        )
    }

    /// Whether that number is still one of our functions', and not another process's by now.
    private static func isFunction(_ process: Int32) -> Bool {
        let command = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
        return Processes.isAlive(process) && command?.contains("scripted_runtime.py") == true
    }

    /// Kills the process that has just said its number, as often as one in thirty.
    private final class Killer: Sendable {
        private let random: Mutex<SeededGenerator>
        private let killed = Atomic(0)

        init(seed: UInt64) { self.random = Mutex(SeededGenerator(seed: seed)) }

        var count: Int { self.killed.load(ordering: .relaxed) }

        func hears(_ event: LogEvent) {
            guard let process = RandomKillTests.processes([event]).first,
                self.random.withLock({ Int.random(in: 0..<30, using: &$0) }) == 0, RandomKillTests.isFunction(process)
            else { return }
            if kill(process, SIGKILL) == 0 { self.killed.add(1, ordering: .relaxed) }
        }
    }

    private static func callAll(_ lambda: LocalLambda, seed: UInt64) async throws -> [KilledCall.Outcome: Int] {
        try await withThrowingTaskGroup(of: [KilledCall.Outcome: Int].self) { callers in
            for caller in 0..<Self.environments {
                callers.addTask {
                    var outcomes: [KilledCall.Outcome: Int] = [:]
                    for number in stride(from: caller, to: Self.calls, by: Self.environments) {
                        outcomes[try await KilledCall(number, seed: seed).run(on: lambda), default: 0] += 1
                    }
                    return outcomes
                }
            }
            return try await callers.reduce(into: [:]) { all, some in all.merge(some, uniquingKeysWith: +) }
        }
    }

    @Test func everyCallerHasAnAnswerOfLambdasAndNothingIsLeftBehind() async throws {
        let random = SeededGenerator()
        let temporary = FileManager.default.temporaryDirectory.appending(path: "sluice-kills-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: temporary) }
        // What stays open for all tests to come is opened by the first service and the first caller.
        try await LocalLambda.run(try ScriptedFunction.configuration()) { lambda in
            for kind in CallKind.allCases { _ = try await lambda.call(kind, [.end]) }
        }
        let descriptors = Processes.ownDescriptorCount
        let killer = Killer(seed: random.seed)
        let log = LocalLambda.Log()
        let outcomes = try await LocalLambda.run(
            try ScriptedFunction.configuration(concurrency: Self.environments),
            hostVariables: ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin", "TMPDIR": temporary.path],
            log: log,
            onEvent: killer.hears
        ) { lambda in
            do {
                let outcomes = try await Self.callAll(lambda, seed: random.seed)
                // What there is beside these is leaked already.
                let ended = log.count { if case .environmentEnded = $0 { true } else { false } }
                #expect(log.startedEnvironments - ended <= Self.environments, "\(random)")
                return outcomes
            } catch {
                Issue.record("\(error); \(random)")
                return [:]
            }
        }

        #expect(outcomes.values.reduce(0, +) == Self.calls, "\(outcomes); \(random)")
        #expect(killer.count > 0 && outcomes[.brokenOff, default: 0] > 0, "\(outcomes); \(random)")
        // A caller that comes back before its environment has gone may find all eight in use, as on Lambda.
        #expect(outcomes[.whole, default: 0] > Self.calls / 2, "\(outcomes); \(random)")
        try Self.expectNoneTwice(log, outcomes, random)

        // An environment that was started has ended, with its process, its folder and its sockets.
        let ended = log.count { if case .environmentEnded = $0 { true } else { false } }
        #expect(log.startedEnvironments == ended, "\(random)")
        let left = Self.processes(log.all).filter(Self.isFunction)
        #expect(left.isEmpty, "\(left); \(random)")
        let folders = try FileManager.default.subpathsOfDirectory(atPath: temporary.path)
        #expect(folders.count <= 1, "only the folder for all runs of this user: \(folders); \(random)")
        let areClosed = await Processes.eventually { Processes.ownDescriptorCount <= descriptors }
        #expect(areClosed, "\(Processes.ownDescriptorCount), and \(descriptors) before; \(random)")
    }

    /// No event was delivered again: nobody tries a synchronous invocation again for its caller.
    private static func expectNoneTwice(
        _ log: LocalLambda.Log,
        _ outcomes: [KilledCall.Outcome: Int],
        _ random: SeededGenerator
    ) throws {
        var deliveries: [Substring: Int] = [:]
        for event in log.all {
            guard case .output(_, let line) = event.kind, line.hasPrefix("event ") else { continue }
            deliveries[line.dropFirst("event ".count), default: 0] += 1
        }
        let twice = deliveries.filter { $0.value > 1 }
        #expect(twice.isEmpty, "\(random)")
        #expect(deliveries.count >= outcomes[.whole, default: 0], "\(random)")
        let starts = log.count { if case .start = $0 { true } else { false } }
        let reports = log.reports.count
        #expect(starts == reports, "each invocation that begins has its REPORT; \(random)")
    }
}
