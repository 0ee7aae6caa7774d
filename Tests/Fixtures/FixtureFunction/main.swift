// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import Sluice

/// A function for what only a process of its own shows: the main actor, the environment, a start-up that fails.
/// Its argument says whether it starts; the event says what to do.
@MainActor
final class Visits {
    static let shared = Visits()
    private var count = 0

    func add() -> Int {
        self.count += 1
        return self.count
    }
}

struct StartUpFailed: Error, CustomStringConvertible {
    let description = "no model today"
}

if CommandLine.arguments.last == "plain" { Plain.function().run() }

if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "forms" {
    Forms.function(file: CommandLine.arguments[2]).run()
}

if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "services" {
    Services.function(CommandLine.arguments[2]).run()
}

LambdaFunction(
    setUp: { lifecycle in
        if CommandLine.arguments.last == "shutdown" { lifecycle.onShutdown { print("flushed") } }
        if CommandLine.arguments.last == "fail" { throw StartUpFailed() }
        return await MainActor.run { CommandLine.arguments.count }
    },
    { _, event, context in
        // As it is, or as a JSON string, which is what a service takes.
        switch String(buffer: event).filter({ $0 != "\"" }) {
        case "main actor":
            let visits = await Visits.shared.add()
            return .text("visit \(visits)")
        case "main actor in a stream":
            return .stream { writer in
                for _ in 0..<3 {
                    let visits = await Visits.shared.add()
                    try await writer.write("visit \(visits)\n")
                }
            }
        case "another executor":
            return .stream { writer in
                try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    for number in 0..<3 { try await writer.write("\(number)\n") }
                }
            }
        case "until cancelled":
            while !Task.isCancelled { await Task.yield() }
            throw CancellationError()
        case "log":
            context.logger.info("logged\nhere")
            return .text("logged")
        case "facts":
            return facts(of: context)
        case "wait":
            return .stream { writer in
                for number in 0..<3 {
                    try await context.clock.sleep(for: .milliseconds(5))
                    try await writer.write("\(number)\n")
                }
            }
        case "beat":
            return .serverSentEvents(heartbeat: .milliseconds(10)) { events in
                try await context.clock.sleep(for: .milliseconds(50))
                try await events.send(data: "x")
            }
        case "trace":
            return .text(traceVariable() ?? "none")
        case let other:
            if let result = await Misdeeds.answer(to: other) { return result }
            return .text("\(other) of \(context.functionName ?? "nobody")")
        }
    }
).run()
