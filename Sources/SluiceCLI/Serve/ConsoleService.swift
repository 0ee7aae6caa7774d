// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceEmulator
internal import SluiceWire

/// Runs the local Lambda with its log on standard error.
enum ConsoleService {
    /// What a command prints while the service runs goes through here, so that lines stay whole and in order.
    struct Console: Sendable {
        let style: TerminalStyle
        fileprivate let lines: ConsoleLines

        func print(lines: [String]) {
            for line in lines { self.lines.put(.error(line)) }
        }

        func printToStandardOutput(_ line: String) { self.lines.put(.output(line)) }
    }

    static func run<Result: Sendable>(
        _ configuration: EmulatorConfiguration,
        showsLog: Bool = true,
        observe: @escaping @Sendable (LogEvent) -> Void = { _ in },
        stopSignals: StopSignals,
        body: @Sendable @escaping (Emulator.Addresses, Console) async throws -> Result
    ) async throws -> Result {
        StandardStreams.ignoreBrokenPipes()
        let style = TerminalStyle(isColored: StandardStreams.errorIsColored)
        let lines = ConsoleLines()
        let console = Console(style: style, lines: lines)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await Self.write(lines, style: style) }
            defer { lines.finish() }
            let result = try await Emulator.run(
                configuration,
                onEvent: { event in
                    observe(event)
                    if showsLog { lines.put(.event(event.shortened)) }
                },
                hurry: { await stopSignals.waitForSecond() },
                body: { try await body($0, console) }
            )
            lines.finish()
            // The last lines get a moment; a terminal that is stopped must not keep this process from ending.
            tasks.addTask { try await Task.sleep(for: .milliseconds(Limits.lastLogLinesMilliseconds)) }
            try await tasks.next()
            tasks.cancelAll()
            return result
        }
    }

    private static func write(_ lines: ConsoleLines, style: TerminalStyle) async {
        let log = ConsoleLog(style: style)
        await lines.forEachBatch { batch in
            // Lines for one output leave together.
            var text = ""
            var output = StandardStreams.Output.error
            for line in batch {
                let (next, added) = Self.text(of: line, log)
                if next != output {
                    await StandardStreams.writeWhenReady(text, to: output)
                    (text, output) = ("", next)
                }
                text += added
            }
            await StandardStreams.writeWhenReady(text, to: output)
        }
    }

    private static func text(of line: ConsoleLines.Line, _ log: ConsoleLog) -> (StandardStreams.Output, String) {
        switch line {
        case .output(let text): (.output, text + "\n")
        case .error(let text): (.error, text + "\n")
        case .event(let event): (.error, log.lines(for: event).reduce(into: "") { $0 += $1 + "\n" })
        }
    }
}

extension LogEvent {
    /// Lines that wait for a terminal are bounded by their number, so each must be bounded too.
    fileprivate var shortened: Self {
        var event = self
        switch self.kind {
        case .output(let environment, let line):
            event.kind = .output(environment: environment, line: Self.shortened(line))
        case .extensions(.output(let environment, let name, let line)):
            event.kind = .extensions(.output(environment: environment, name: name, line: Self.shortened(line)))
        case .watch(.buildOutput(let line)):
            event.kind = .watch(.buildOutput(Self.shortened(line)))
        default:
            break
        }
        return event
    }

    private static func shortened(_ line: String) -> String {
        guard line.utf8.count > Limits.maximumConsoleLineBytes else { return line }
        return String(decoding: line.utf8.prefix(Limits.maximumConsoleLineBytes), as: UTF8.self) + "…"
    }
}
