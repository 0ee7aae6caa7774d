// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The rules about words: what may not be said, and what may not be shown.
enum WordRules {
    static func noPublicErrorEnum(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource else { return [] }
        return file.matches(#"\bpublic\s+(?:indirect\s+)?enum\s+(\w*Error)\b"#).map {
            file.finding(
                $0.line,
                "\($0.group) is a public enum, which can never gain a case: a struct with code, message and cause"
            )
        }
    }

    static func noUnfinishedMark(_ file: TidyFile) -> [TidyFinding] {
        guard file.path.hasPrefix("Sources/") || file.path.hasPrefix("Benchmarks/") else { return [] }
        return file.matches(#"\b(TODO|FIXME|XXX|HACK)\b"#, in: file.text).map {
            file.finding($0.line, "\($0.group): finish it, or open an issue")
        }
    }

    /// Names of places and papers that only its authors can reach; a reader must find everything here or at its source.
    static func nothingPrivate(_ file: TidyFile) -> [TidyFinding] {
        // The list itself.
        guard file.path != "Tests/MachineTests/Tidy/WordRules.swift", file.name != "TidyRuleTests.swift" else {
            return []
        }
        return file.matches(self.privateWords, in: file.text).map {
            file.finding(
                $0.line,
                "names '\($0.group)', which no reader can reach: say what it says, or name the public source"
            )
        }
    }

    private static let privateWords: TidyPattern =
        #"((?<![\w.])/work/|/opt/swift|(?<![\w.])/root/|\.\./shared|\bshared/|\blambda-protocols\.md|\banchors\.md|\bpeers(?:-measured)?\.md|\bDESIGN\.md|\bTARGETS\.md|\bCEO\b|\bissue #?\d+)"#
}
