// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The rules about size and about what each file says at its top.
enum SizeRules {
    /// Files that may be longer than `maximumLines`, each with its reason.
    static let allowedLongFiles: [String: String] = [:]
    /// Functions that may be longer than `maximumFunctionLines`, as "file function", each with its reason.
    static let allowedLongFunctions: [String: String] = [:]
    /// Files that may weigh more than `maximumBytes`, each with its reason.
    static let allowedHeavyFiles: [String: String] = [:]

    static let warningLines = 300
    static let maximumLines = 500
    static let maximumFunctionLines = 70
    static let maximumBytes = 300 * 1024

    static func fileLength(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSwift, file.lineCount > self.maximumLines, self.allowedLongFiles[file.path] == nil else {
            return []
        }
        return [
            file.finding(
                self.maximumLines,
                "\(file.lineCount) lines, at most \(self.maximumLines): split it by what its parts know"
            )
        ]
    }

    /// What will soon be too long; printed, not failed.
    static func warnings(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSwift, file.lineCount > self.warningLines, file.lineCount <= self.maximumLines else { return [] }
        return [
            file.finding(
                self.warningLines,
                "\(file.lineCount) lines; files aim at 100, and \(self.maximumLines) is the end"
            )
        ]
    }

    static func functionLength(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource || file.isTest || file.isBenchmark else { return [] }
        return self.functions(of: file)
            .filter {
                $0.lines > self.maximumFunctionLines && self.allowedLongFunctions["\(file.path) \($0.name)"] == nil
            }
            .map {
                file.finding(
                    $0.line,
                    "\($0.name) has \($0.lines) lines, at most \(self.maximumFunctionLines), so that it fits a screen: name its parts"
                )
            }
    }

    /// Each function with a body, and how many lines that has.
    static func functions(of file: TidyFile) -> [(name: String, line: Int, lines: Int)] {
        let code = Array(file.code.utf8)
        return file.matches(#"(?<!\.)\b(?:func\s+([^\s(<]+)|init\b(?=[(<?])|deinit\b)"#).compactMap { match in
            let end = file.code.utf8.distance(from: file.code.startIndex, to: match.range.upperBound)
            guard let lines = self.linesOfBody(in: code[end...]) else { return nil }
            return (match.group.isEmpty ? "init" : match.group, match.line, lines)
        }
    }

    /// The lines from the brace that opens a body to the one that closes it; braces in a parameter list open none.
    private static func linesOfBody(in code: ArraySlice<UInt8>) -> Int? {
        var parentheses = 0
        var braces = 0
        var lines = 1
        for byte in code {
            switch byte {
            case UInt8(ascii: "("): parentheses += 1
            case UInt8(ascii: ")"): parentheses -= 1
            case UInt8(ascii: "{") where braces > 0 || parentheses == 0: braces += 1
            case UInt8(ascii: "}") where braces > 0 || parentheses == 0: braces -= 1
            case UInt8(ascii: "\n") where braces > 0: lines += 1
            default: continue
            }
            // The end of a protocol, or of what the match only looked like.
            if braces < 0 || parentheses < 0 { return nil }
            if braces == 0, byte == UInt8(ascii: "}"), parentheses == 0 { return lines }
        }
        return nil
    }

    static func weight(_ file: TidyFile) -> [TidyFinding] {
        guard file.byteCount > self.maximumBytes, self.allowedHeavyFiles[file.path] == nil else { return [] }
        return [
            file.finding(
                1,
                "\(file.byteCount) bytes, at most \(self.maximumBytes): make it in the test, or keep it elsewhere"
            )
        ]
    }

    static func licenseHeader(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSwift, file.name != "Package.swift" else { return [] }
        let header = ["// SPDX-License-Identifier: Apache-2.0", "// Copyright the Sluice authors", ""]
        guard !file.lines.prefix(3).elementsEqual(header, by: ==) else { return [] }
        return [file.finding(1, "does not begin with the two header lines and an empty one: \(header.prefix(2))")]
    }

    static func onlyScriptsAreExecutable(_ file: TidyFile) -> [TidyFinding] {
        guard let isExecutable = file.isExecutable else { return [] }
        switch (isExecutable, file.text.hasPrefix("#!")) {
        case (true, false): return [file.finding(1, "is executable but no script: chmod -x")]
        case (false, true): return [file.finding(1, "is a script but not executable: chmod +x")]
        default: return []
        }
    }
}
