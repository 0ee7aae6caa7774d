// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

extension LogEvent.Kind {
    /// What CloudWatch would show of the event: Lambda's own lines, and what the function printed. Nothing for events
    /// that only a local service knows. `time` stands before the line of a time-out.
    ///
    /// (Lambda Developer Guide, "Viewing CloudWatch logs for Lambda functions", format Text; the lines of a time-out
    /// and of a runtime's exit as they are seen there.)
    func lambdaLines(epochMilliseconds time: Int64) -> [String] {
        switch self {
        case .start(let requestID): ["START RequestId: \(requestID) Version: $LATEST"]
        case .end(let requestID): ["END RequestId: \(requestID)"]
        case .report(let report): [report.line]
        case .initReport(let report): [report.line]
        case .output(_, let line): [line]
        case .extensions(let news): news.lambdaLines
        case .invocationFailed(let requestID, "Sandbox.Timedout", let message):
            [
                "\(CivilTime.logTime(millisecondsSinceEpoch: time)) \(requestID) \(Self.afterError(message))", "",
            ]
        case .invocationFailed(_, let type, let message) where message.hasPrefix("RequestId: "): [message, type]
        // What a runtime reported, it has printed too, if it wanted to.
        case .restored(_, let duration): ["RESTORE_REPORT Restore Duration: \(duration.milliseconds) ms"]
        case .invocationFailed, .environmentStarting, .initFinished, .snapshotTaken, .frozen, .thawed, .shuttingDown,
            .environmentEnded, .request, .note, .renewed, .watch:
            []
        }
    }

    /// What of `lambdaLines` the function or an extension printed; the rest is Lambda's own, and has another form where the
    /// log format is JSON.
    var printedLines: [String] {
        switch self {
        case .output(_, let line), .extensions(.output(_, _, let line)): [line]
        default: []
        }
    }

    /// Lambda's line before an initialisation. (As it is seen in logs of `provided.al2023`; it names the version of the
    /// managed runtime, which there is none of here, so the number and the digest of ours are 0.)
    package static func initStartLine(region: String) -> String {
        let digest = String(repeating: "0", count: 64)
        return "INIT_START Runtime Version: provided:al2023.v0\t"
            + "Runtime Version ARN: arn:aws:lambda:\(region)::runtime:\(digest)"
    }

    /// The text behind `RequestId: … Error: `.
    private static func afterError(_ message: String) -> Substring {
        let words = message.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        return words.count == 4 && words[2] == "Error:" ? words[3] : Substring(message)
    }
}

extension LogEvent.Report {
    /// Since August 2025 the initialisation is billed too.
    var billedMilliseconds: Int64 {
        ((self.duration + (self.initDuration ?? .zero)).nanoseconds + 999_999) / 1_000_000
    }

    /// Lambda's REPORT line, separated by tabs.
    package var line: String {
        var fields = [
            "REPORT RequestId: \(self.requestID)",
            "Duration: \(self.duration.milliseconds) ms",
            "Billed Duration: \(self.billedMilliseconds) ms",
            "Memory Size: \(self.memoryMegabytes) MB",
        ]
        if let used = self.maximumMemoryUsedMegabytes { fields.append("Max Memory Used: \(used) MB") }
        if let duration = self.initDuration { fields.append("Init Duration: \(duration.milliseconds) ms") }
        if let duration = self.restoreDuration {
            fields.append("Restore Duration: \(duration.milliseconds) ms")
            fields.append("Billed Restore Duration: \((duration.nanoseconds + 999_999) / 1_000_000) ms")
        }
        if self.timedOut {
            fields.append("Status: timeout")
        } else if let type = self.errorType {
            fields.append("Status: error")
            fields.append("Error Type: \(type)")
        }
        return fields.joined(separator: "\t")
    }
}

extension LogEvent.InitReport {
    /// Lambda's INIT_REPORT line, which it writes for an initialisation that did not go well.
    package var line: String {
        var fields = [
            "INIT_REPORT Init Duration: \(self.duration.milliseconds) ms",
            "Phase: \(self.phase)",
            "Status: \(self.status)",
        ]
        if let type = self.errorType { fields.append("Error Type: \(type)") }
        return fields.joined(separator: "\t")
    }
}

extension TimeAmount {
    /// Milliseconds with two digits after the point.
    fileprivate var milliseconds: String {
        let hundredths = (self.nanoseconds + 5_000) / 10_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
