// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation

/// The rules about Markdown.
enum MarkdownRules {
    /// The headings outside of fenced code.
    static func headings(of file: TidyFile) -> [(level: Int, line: Int, title: String)] {
        self.proseLines(of: file).compactMap { number, line in
            let level = line.prefix { $0 == "#" }.count
            guard (1...6).contains(level), line.dropFirst(level).first == " " else { return nil }
            return (level, number, line.dropFirst(level + 1).trimmingCharacters(in: .whitespaces))
        }
    }

    static func oneTitle(_ file: TidyFile) -> [TidyFinding] {
        guard file.isMarkdown else { return [] }
        let titles = self.headings(of: file).filter { $0.level == 1 }
        if titles.isEmpty { return [file.finding(1, "has no title: one line that begins with '# '")] }
        return titles.dropFirst().map { file.finding($0.line, "a second title: make it a '## '") }
    }

    /// Links to files of the repository, and to headings in them, lead somewhere.
    static func linksLeadSomewhere(_ file: TidyFile, among files: [TidyFile]) -> [TidyFinding] {
        guard file.isMarkdown else { return [] }
        let folder = file.path.split(separator: "/").dropLast().map(String.init)
        let prose = self.proseLines(of: file)
        return prose.flatMap { number, line in
            file.matches(#"\]\(([^)\s]+)(?:\s+"[^"]*")?\)"#, in: self.withoutInlineCode(line)).compactMap { match in
                guard match.group.firstRange(of: "://") == nil, !match.group.hasPrefix("mailto:") else { return nil }
                let parts = match.group.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
                    String.init
                )
                let path = parts[0].isEmpty ? file.path : self.resolve(parts[0], from: folder)
                let isFolder = files.contains { $0.path.hasPrefix(path + "/") }
                guard isFolder || path.isEmpty || files.contains(where: { $0.path == path }) else {
                    return file.finding(number, "links to \(match.group), which does not exist")
                }
                guard parts.count > 1, let target = files.first(where: { $0.path == path }), target.isMarkdown else {
                    return nil
                }
                let anchors = self.headings(of: target).map { self.anchor($0.title) }
                return anchors.contains(parts[1])
                    ? nil : file.finding(number, "links to \(match.group), but \(path) has no such heading")
            }
        }
    }

    /// A heading's anchor as the repository hosts make it.
    static func anchor(_ title: String) -> String {
        title.lowercased().compactMap { character in
            switch character {
            case " ": "-"
            case "-", "_": String(character)
            default: character.isLetter || character.isNumber ? String(character) : nil
            }
        }.joined()
    }

    private static func resolve(_ link: String, from folder: [String]) -> String {
        var parts = link.hasPrefix("/") ? [] : folder
        for part in link.split(separator: "/") {
            switch part {
            case ".": break
            // One beyond the root stays visible, and so is not found.
            case "..": if parts.popLast() == nil { parts.append("..") }
            default: parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    private static func withoutInlineCode(_ line: String) -> String {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "" }.joined(separator: "`")
    }

    private static func proseLines(of file: TidyFile) -> [(number: Int, line: String)] {
        var isFenced = false
        var prose: [(Int, String)] = []
        for (index, line) in file.lines.enumerated() {
            let trimmed = line.drop { $0 == " " }
            if trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~") {
                isFenced.toggle()
            } else if !isFenced {
                prose.append((index + 1, String(line)))
            }
        }
        return prose
    }
}
