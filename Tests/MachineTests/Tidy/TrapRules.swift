// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The rule about traps: nothing that a peer's bytes, timing or a user's handler can reach ends the process.
enum TrapRules {
    static func traps(in file: TidyFile) -> [TidyFinding] {
        guard file.isSource else { return [] }
        return self.patterns.flatMap { pattern, name in
            file.matches(pattern).map {
                file.finding(
                    $0.line,
                    "\(name): throw, answer or assert instead; where none can reach it, say so in AllowedTraps.swift"
                )
            }
        }
    }

    private static let patterns: [(TidyPattern, String)] = [
        (#"\bfatalError\b"#, "fatalError"),
        (#"\bprecondition\s*\("#, "precondition"),
        (#"\bpreconditionFailure\b"#, "preconditionFailure"),
        (#"\bpreconditionInEventLoop\b"#, "preconditionInEventLoop"),
        (#"\btry\s*!"#, "try!"),
        (#"\bas\s*!"#, "as!"),
        (#"\bunsafeBitCast\b"#, "unsafeBitCast"),
        (#"\bunsafeDowncast\b"#, "unsafeDowncast"),
        (#"\bnonisolated\s*\(\s*unsafe\s*\)"#, "nonisolated(unsafe)"),
        (#"\bunowned\b(?!\s*\(\s*safe\s*\))"#, "unowned"),
        (#"@unchecked\s+Sendable"#, "@unchecked Sendable"),
        (#"(?<=[A-Za-z0-9_`)\]}>?])(?<!\btry)(?<!\bas)!(?!=)"#, "force-unwrapping or an implicitly unwrapped type"),
    ]

    /// What is left of the findings, and what is wrong with the list.
    static func unexcused(_ findings: [TidyFinding], files: [TidyFile], allowed: [AllowedTrap]) -> [TidyFinding] {
        let lines = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.lines) })
        var used: Set<Int> = []
        var left = findings.filter { finding in
            guard let line = lines[finding.path]?[finding.line - 1] else { return true }
            let index = allowed.firstIndex { $0.file == finding.path && line.contains($0.fragment) }
            if let index { used.insert(index) }
            return index == nil
        }
        for (index, entry) in allowed.enumerated() where !used.contains(index) {
            left.append(
                TidyFinding(
                    path: entry.file,
                    line: 0,
                    what: "has no trap '\(entry.fragment)' any more: take it from AllowedTraps.swift"
                )
            )
        }
        return left
    }
}

/// A trap that may stay.
struct AllowedTrap: Sendable {
    let file: String
    /// A part of its line.
    let fragment: String
    /// Why nothing from outside can reach it.
    let reason: String
}
