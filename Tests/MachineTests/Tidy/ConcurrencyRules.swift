// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The rules about concurrency: every lifetime is a scope, and everything that gathers has a bound.
enum ConcurrencyRules {
    /// Files that may start a task, queue work or make a thread outside of a scope, each with its reason.
    static let allowedRoots: [String: String] = [
        "Sources/Sluice/Runtime/Process/RootTask.swift":
            "the runtime's one root: no task exists yet on the thread that becomes the event loop"
    ]

    static func noUnstructuredTask(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource || file.isBenchmark, self.allowedRoots[file.path] == nil else { return [] }
        return self.escapes.flatMap { pattern, what in
            file.matches(pattern).map {
                file.finding(
                    $0.line,
                    "\(what): run it in a task group or on an event loop, so that it ends with its scope"
                )
            }
        }
    }

    private static let escapes: [(TidyPattern, String)] = [
        // A call or a trailing closure, on this line or the next, with or without generic arguments.
        (#"\b`?Task`?\s*(?:<[^<>{}()]*(?:<[^<>{}()]*>[^<>{}()]*)*>\s*)?[({]"#, "starts an unstructured task"),
        (
            #"\bTask`?\s*(?:<[^{}()]*>\s*)?\.\s*(?:init|detached|immediate\w*|startOnMainActor|startSynchronously\w*)\b"#,
            "starts an unstructured task"
        ),
        (#"=\s*(?:_Concurrency\s*\.\s*)?Task\s*(?:<[^{}()]*>\s*)?$"#, "gives Task another name"),
        (
            #"\b(?:makeFutureWithTask|completeWithTask|_?asyncDetached|runAsyncAndBlock)\b"#,
            "starts an unstructured task"
        ),
        (
            #"\b(?:DispatchQueue|DispatchWorkItem|OperationQueue|dispatch_async\w*)\b"#,
            "queues work that nothing awaits"
        ),
        (#"\b(?:Thread\s*[({.]|pthread_create\b|thrd_create\b)"#, "makes a thread"),
    ]

    static func everyAsyncStreamHasABound(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource else { return [] }
        let code = file.code
        var findings: [TidyFinding] = []
        for match in file.matches(self.streamMaking) {
            let opening = code[match.range].last
            let arguments =
                opening == "(" ? self.balanced(from: code.index(before: match.range.upperBound), in: code) : ""
            if opening == "{", self.isTypeOfADeclaration(match.range.lowerBound, in: code) { continue }
            let bounded = arguments.contains("bufferingPolicy") && !arguments.contains("unbounded")
            if !bounded, !arguments.contains("unfolding") {
                findings.append(
                    file.finding(
                        match.line,
                        "an AsyncStream without a bound: name a bufferingPolicy whose size stands in Limits"
                    )
                )
            }
        }
        return findings
    }

    private static let streamMaking: TidyPattern =
        #"(?:\bAsync(?:Throwing)?Stream\s*(?:<(?:[^<>{}]|<[^<>{}]*>)*>\s*)?(?:\.\s*(?:init|makeStream)\s*)?[({])|(?:(?<!Stream)(?<!>)\.\s*makeStream\s*\()"#

    /// `-> AsyncStream<X> {` and `: AsyncStream<X> {` open a body and make no stream.
    private static func isTypeOfADeclaration(_ index: String.Index, in code: String) -> Bool {
        let before = code[..<index].reversed().drop { $0.isWhitespace }.prefix(2)
        return before.first == ":" || (before.first == ">" && before.last == "-")
    }

    /// From an opening parenthesis to the one that closes it.
    private static func balanced(from opening: String.Index, in code: String) -> Substring {
        var depth = 0
        for index in code[opening...].indices {
            switch code[index] {
            case "(": depth += 1
            case ")": depth -= 1
            default: break
            }
            if depth == 0 { return code[opening...index] }
        }
        return code[opening...]
    }

    static func noSleepInTests(_ file: TidyFile) -> [TidyFinding] {
        guard file.isTest else { return [] }
        // The clock of an invocation is a test's own: it passes at once.
        return file.matches(#"(?<!\bcontext\.clock\.)\b(?:u|nano|clock_nano)?sleep\s*\("#).map {
            file.finding(
                $0.line,
                "sleeps: wait for the event itself (Watched, line(on:), read(until:)), with a deadline"
            )
        }
    }
}
