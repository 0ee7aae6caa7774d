// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceEmulator

/// What is said of changed files, builds and new code.
extension ConsoleLog {
    func text(of news: WatchNews) -> String {
        switch news {
        case .watching(let programs, let files):
            let what =
                ["the program of \(Self.count(programs, "function"))"] + (files > 0 ? [Self.count(files, "file")] : [])
            return self.style.paint(.dim, "sees " + what.joined(separator: " and "))
        case .tooManyFiles(let limit):
            return self.style.paint(.yellow, "sees only \(limit) files: name smaller folders")
        case .changed(let paths, let count):
            let names = HumanText.printable(paths.joined(separator: ", "))
            return "changed: " + names + (count > paths.count ? " and \(count - paths.count) more" : "")
        case .buildStarted(let command):
            return "building: " + self.style.paint(.bold, HumanText.printable(command.joined(separator: " ")))
        case .buildOutput(let line):
            return self.style.paint(.dim, "build| ") + HumanText.printable(line)
        case .buildEnded(.succeeded, let duration):
            return self.style.paint(.green, "built") + " in \(Self.time(duration))"
        case .buildEnded(.failed(let reason), let duration):
            return self.style.paint(.red, "build failed") + " after \(Self.time(duration)): "
                + HumanText.printable(reason) + "; what ran before goes on serving"
        }
    }

    func text(of renewal: LogEvent.Renewal) -> String {
        var facts = ["the next invocation runs the new code"]
        if renewal.ended > 0 { facts.append("\(Self.count(renewal.ended, "idle environment")) ended") }
        if renewal.finishing > 0 {
            facts.append(
                "\(Self.count(renewal.finishing, "invocation")) under way \(renewal.finishing == 1 ? "finishes" : "finish") with the old"
            )
        }
        return self.style.paint(.green, "renewed") + ": " + facts.joined(separator: "; ")
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private static func time(_ time: TimeAmount) -> String { HumanText.time(.nanoseconds(time.nanoseconds)) }
}

extension LogEvent.Kind {
    /// Who speaks, if it is no function.
    var speaker: String { if case .watch = self { "watch" } else { "-" } }
}
