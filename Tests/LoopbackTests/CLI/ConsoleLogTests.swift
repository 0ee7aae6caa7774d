// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceEmulator
import SluiceServiceWire
import Testing

@testable import SluiceCLI

/// What a function says is shown to a person, whose terminal and whose log it must not command.
@Suite struct ConsoleLogTests {
    private static let hostile = "A\u{1B}[31mB\nREPORT RequestId: forged"

    @Test(arguments: [
        LogEvent.Kind.invocationFailed(requestID: "1", errorType: hostile, message: hostile),
        .output(environment: 1, line: hostile),
        .environmentEnded(environment: 1, reason: hostile),
        .note(hostile),
        .watch(.buildOutput(hostile)),
        .watch(.changed(paths: [hostile], count: 1)),
        .watch(.buildStarted(command: [hostile])),
        .watch(.buildEnded(.failed(hostile), after: .zero, isFirst: true)),
        .watch(.watchingFunction("f", .files([hostile]))), .watch(.watchingFunction("f", .notThereYet(hostile))),
        .watch(.watchingFunction("f", .foundByPATH(hostile))), .watch(.watching(files: 1, paths: [hostile])),
        .watch(.leftOut(paths: [hostile], count: 1)),
        .report(
            LogEvent.Report(
                requestID: "1",
                duration: .zero,
                memoryMegabytes: 128,
                producedBytes: 0,
                timedOut: false,
                errorType: hostile
            )
        ),
    ])
    func aFunctionCannotForgeLinesOrColours(kind: LogEvent.Kind) {
        let log = ConsoleLog(style: TerminalStyle(isColored: false))
        let lines = log.lines(for: LogEvent(epochMilliseconds: 0, function: "f", kind: kind))
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { line in !line.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" } })
    }

    /// Beside a service that is used by hand they would be two lines more for each call.
    @Test(arguments: [
        LogEvent.Kind.frozen(environment: 2), .thawed(environment: 2), .shuttingDown(environment: 2, reason: .timeout),
    ])
    func whatHappensBetweenInvocationsIsForWhoAsks(kind: LogEvent.Kind) {
        let event = LogEvent(epochMilliseconds: 0, function: "f", kind: kind)
        let style = TerminalStyle(isColored: false)
        #expect(ConsoleLog(style: style).lines(for: event) == [])
        let told = ConsoleLog(style: style, isComplete: true).lines(for: event)
        #expect(told.count == 1 && told[0].contains(" f environment 2 is "), "\(told)")
    }

    @Test func anEnvironmentStartsWithLambdasLine() {
        let log = ConsoleLog(style: TerminalStyle(isColored: false))
        let kind = LogEvent.Kind.environmentStarting(environment: 4, region: "eu-west-1")
        let lines = log.lines(for: LogEvent(epochMilliseconds: 0, function: "f", kind: kind))
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix(" f environment 4 starts") == true, "\(lines)")
        let arn = "arn:aws:lambda:eu-west-1::runtime:" + String(repeating: "0", count: 64)
        let line = " f INIT_START Runtime Version: provided:al2023.v0\tRuntime Version ARN: \(arn)"
        #expect(lines.last?.hasSuffix(line) == true, "\(lines)")
    }

    /// Lambda does not report an initialisation that takes an invocation's time.
    @Test func oneThatFollowsAResetStartsWithoutIt() {
        let log = ConsoleLog(style: TerminalStyle(isColored: false))
        let kind = LogEvent.Kind.environmentStarting(environment: 4, region: "eu-west-1", followsReset: true)
        let lines = log.lines(for: LogEvent(epochMilliseconds: 0, function: "f", kind: kind))
        #expect(lines.count == 1)
        let words = " f environment 4 starts in the invocation's time, after a reset"
        #expect(lines.first?.hasSuffix(words) == true, "\(lines)")
    }

    @Test(arguments: [LogEvent.Kind.output(environment: 1, line: "a\tb"), .watch(.buildOutput("a\tb"))])
    func theColumnsOfWhatIsPrintedStayColumns(kind: LogEvent.Kind) {
        let log = ConsoleLog(style: TerminalStyle(isColored: false))
        let lines = log.lines(for: LogEvent(epochMilliseconds: 0, function: "f", kind: kind))
        #expect(lines.first?.hasSuffix("| a\tb") == true, "\(lines)")
    }
}
