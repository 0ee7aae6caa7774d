// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceEmulator
internal import SluiceServiceWire
internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// An event of the local Lambda as lines for a person.
///
/// INIT_START, START, END and REPORT are Lambda's own lines, so that what reads those elsewhere reads these.
struct ConsoleLog: Sendable {
    let style: TerminalStyle
    /// Whether it also tells what happens around every invocation, and between two of them.
    var isComplete = false

    func lines(for event: LogEvent) -> [String] {
        let function = event.function ?? event.kind.speaker
        return self.texts(for: event.kind).map { text in
            self.style.paint(.dim, Self.clock(event.epochMilliseconds)) + " " + self.style.paint(.cyan, function) + " "
                + text
        }
    }

    private func texts(for kind: LogEvent.Kind) -> [String] {
        switch kind {
        case .environmentStarting(let number, _, followsReset: true):
            // Lambda says nothing of this one.
            [self.style.paint(.dim, "environment \(number) starts in the invocation's time, after a reset")]
        case .environmentStarting(let number, let region, _):
            ["environment \(number) starts", Self.initStartLine(region: region)].map { self.style.paint(.dim, $0) }
        case .initFinished(let number, let duration):
            [self.style.paint(.dim, "environment \(number) is ready after \(Self.milliseconds(duration))")]
        case .snapshotTaken(let number, let duration):
            [self.style.paint(.dim, "environment \(number) is at its snapshot after \(Self.milliseconds(duration))")]
        case .restored(let number, let duration):
            [self.style.paint(.dim, "environment \(number) is restored after \(Self.milliseconds(duration))")]
        case .frozen(let number):
            self.isComplete ? [self.style.paint(.dim, "environment \(number) is frozen")] : []
        case .thawed(let number):
            self.isComplete ? [self.style.paint(.dim, "environment \(number) is thawed")] : []
        case .shuttingDown(let number, let reason):
            self.isComplete ? [self.style.paint(.dim, "environment \(number) is shut down: \(reason.rawValue)")] : []
        case .environmentEnded(let number, let reason):
            [self.style.paint(.dim, "environment \(number) ended: \(HumanText.printable(reason))")]
        case .output(let number, let line):
            [self.style.paint(.dim, "\(number)| ") + HumanText.printable(line, keepingTabs: true)]
        case .start(let requestID):
            [self.style.paint(.dim, "START RequestId: \(requestID) Version: $LATEST")]
        case .end(let requestID):
            [self.style.paint(.dim, "END RequestId: \(requestID)")]
        case .report(let report):
            [self.style.paint(.dim, Self.line(of: report))]
        case .initReport(let report):
            [self.style.paint(.yellow, report.line)]
        case .invocationFailed(_, let type, let message):
            [self.style.paint(.red, "failed: ") + HumanText.printable("\(type): \(message)")]
        case .request(let summary):
            [self.requestLine(summary)]
        case .note(let text):
            [self.style.paint(.yellow, HumanText.printable(text))]
        case .extensions(let news):
            [self.text(of: news)]
        case .renewed(let renewal):
            [self.text(of: renewal)]
        case .watch(let news):
            self.text(of: news).map { [$0] } ?? []
        }
    }

    private func text(of news: ExtensionNews) -> String {
        let text = HumanText.printable(news.line, keepingTabs: true)
        return switch news {
        case .output(let number, let name, _): self.style.paint(.dim, "\(number).\(name)| ") + text
        case .initialised, .subscribed: self.style.paint(.dim, text)
        case .failed: self.style.paint(.red, "failed: ") + text
        }
    }

    private func requestLine(_ summary: LogEvent.RequestSummary) -> String {
        let status = summary.status.map(String.init) ?? "---"
        let color: TerminalStyle.Color =
            switch summary.status ?? 0 {
            case 200..<400: .green
            case 400..<500: .yellow
            default: .red
            }
        var facts = summary.timeToFirstByte.map { ["first byte \(Self.milliseconds($0))"] } ?? []
        facts.append("\(HumanText.size(summary.bytes)) in \(Self.milliseconds(summary.duration))")
        switch summary.end {
        case .complete: break
        case .callerLeft: facts.append(self.style.paint(.yellow, "caller left"))
        case .broken: facts.append(self.style.paint(.red, "broken off"))
        }
        // What may be of any length stands last, so that the rest is not pushed about.
        return self.style.paint(color, status) + " " + facts.joined(separator: ", ") + "  "
            + self.style.paint(.bold, Self.what(summary))
    }

    /// The API's name for a call of it; else the request line.
    private static func what(_ summary: LogEvent.RequestSummary) -> String {
        let method = HTTPRequest.Method(summary.method)
        if let method, let route = try? InvokeRoute(method: method, target: summary.target) {
            return route.isStreaming ? "InvokeWithResponseStream" : "Invoke"
        }
        return HumanText.printable("\(summary.method) \(summary.target)")
    }

    private static func initStartLine(region: String) -> String {
        HumanText.printable(LogEvent.Kind.initStartLine(region: region), keepingTabs: true)
    }

    /// Lambda's line; the function chose the error type, so it may hold anything.
    static func line(of report: LogEvent.Report) -> String {
        var report = report
        report.errorType = report.errorType.map { HumanText.printable($0) }
        return report.line
    }

    private static func milliseconds(_ time: TimeAmount) -> String { HumanText.time(.nanoseconds(time.nanoseconds)) }

    /// The time of day here, as 15:04:05.678.
    static func clock(_ epochMilliseconds: Int64) -> String {
        var seconds = time_t(epochMilliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func padded(_ value: Int, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return padded(Int(parts.tm_hour), 2) + ":" + padded(Int(parts.tm_min), 2) + ":" + padded(Int(parts.tm_sec), 2)
            + "." + padded(Int(epochMilliseconds % 1000), 3)
    }
}
