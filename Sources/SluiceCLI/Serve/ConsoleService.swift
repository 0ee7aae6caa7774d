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
        fileprivate let output: AsyncStream<Line>.Continuation

        func print(lines: [String]) {
            for line in lines { self.output.yield(.error(line)) }
        }

        func printToStandardOutput(_ line: String) { self.output.yield(.output(line)) }
    }

    fileprivate enum Line: Sendable {
        case output(String)
        case error(String)
        case event(LogEvent)
    }

    static func run<Result: Sendable>(
        _ configuration: EmulatorConfiguration,
        showsLog: Bool = true,
        observe: @escaping @Sendable (LogEvent) -> Void = { _ in },
        body: @Sendable @escaping (Emulator.Addresses, Console) async throws -> Result
    ) async throws -> Result {
        StandardStreams.ignoreBrokenPipes()
        let style = TerminalStyle(isColored: StandardStreams.errorIsColored)
        // A terminal that is stopped must not stop the service: what does not fit is left out.
        let (lines, output) = AsyncStream<Line>.makeStream(
            bufferingPolicy: .bufferingOldest(Limits.maximumWaitingLogLines)
        )
        let console = Console(style: style, output: output)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await Self.write(lines, style: style) }
            defer { output.finish() }
            return try await Emulator.run(
                configuration,
                onEvent: { event in
                    observe(event)
                    if showsLog { output.yield(.event(event)) }
                },
                body: { try await body($0, console) }
            )
        }
    }

    private static func write(_ lines: AsyncStream<Line>, style: TerminalStyle) async {
        let log = ConsoleLog(style: style)
        for await line in lines {
            switch line {
            case .output(let text): StandardStreams.writeLine(text, to: .output)
            case .error(let text): StandardStreams.writeLine(text, to: .error)
            case .event(let event):
                for text in log.lines(for: event) { StandardStreams.writeLine(text, to: .error) }
            }
        }
    }
}
