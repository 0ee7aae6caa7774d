// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceEmulator

/// What is said of changed files, builds and new code.
extension ConsoleLog {
    /// - Returns: `nil` for what goes without saying.
    func text(of news: WatchNews) -> String? {
        switch news {
        case .watchingFunction(let name, let scope):
            return self.text(of: scope, name)
        case .watching(0, _):
            return nil
        case .watching(let files, let paths):
            return self.style.paint(.dim, "sees \(Self.count(files, "file")) in " + Self.list(paths))
        case .tooManyFiles(let limit):
            return self.style.paint(.yellow, "sees only \(limit) files: name smaller folders")
        case .leftOut(let paths, let count):
            let names = Self.list(paths, count)
            return self.style.paint(.yellow, "goes on without what changes all the time, until it rests: \(names)")
        case .changed(let paths, let count):
            return "changed: " + Self.list(paths, count)
        case .buildStarted(let command):
            return "building: " + self.style.paint(.bold, HumanText.printable(command.joined(separator: " ")))
        case .buildOutput(let line):
            return self.style.paint(.dim, "build| ") + HumanText.printable(line, keepingTabs: true)
        case .buildEnded(.succeeded, let duration, _):
            return self.style.paint(.green, "built") + " in \(Self.time(duration))"
        case .buildEnded(.failed(let reason), let duration, let isFirst):
            let what = isFirst ? "functions run what is there" : "what ran before goes on serving"
            return self.style.paint(.red, "build failed") + " after \(Self.time(duration)): "
                + HumanText.printable(reason) + "; " + what
        }
    }

    private func text(of scope: WatchScope, _ name: String) -> String {
        switch scope {
        case .files(let paths): self.style.paint(.dim, "sees \(Self.list(paths)) of \(name)")
        case .notThereYet(let path):
            self.style.paint(.yellow, "sees no file of \(name) yet: \(HumanText.printable(path)) is not there")
        case .foundByPATH(let program):
            self.style.paint(
                .yellow,
                "sees no file of \(name): \(HumanText.printable(program)) is found by PATH, and no argument is a file"
            )
        }
    }

    /// The names of some of so many files.
    private static func list(_ paths: [String], _ count: Int? = nil) -> String {
        let more = (count ?? paths.count) - paths.count
        let names = HumanText.printable(
            paths.count == 2 && more == 0 ? paths.joined(separator: " and ") : paths.joined(separator: ", ")
        )
        return more > 0 ? "\(names) and \(more) more" : names
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
