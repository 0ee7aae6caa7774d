// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

@testable import SluiceCLI

/// `NAME=COMMAND` is split as a shell would do it.
@Suite struct CommandWordsTests {
    @Test(arguments: [
        ("", []), ("   ", []), ("a", ["a"]), ("a b\tc\nd\r\ne", ["a", "b", "c", "d", "e"]), ("  a  b ", ["a", "b"]),
        ("''", [""]), ("a '' \"\"", ["a", "", ""]), ("'a b' c", ["a b", "c"]), ("a'b'\"c\"d", ["abcd"]),
        (#"a\ b"#, ["a b"]), (#"\'"#, ["'"]), (#"'\'"#, [#"\"#]), (#""\"""#, ["\""]), (#""\a""#, [#"\a"#]),
        (#""\$ \` \\""#, [#"$ ` \"#]), ("a\\\nb", ["ab"]), ("\"a\\\nb\"", ["ab"]), ("\"it's\"", ["it's"]),
        // Nothing else is special.
        ("$HOME *.c a|b >x #y ~", ["$HOME", "*.c", "a|b", ">x", "#y", "~"]),
        // A combining accent makes one character of itself and the quote before it.
        ("'a b'\u{301}c", ["a b\u{301}c"]), ("\u{1F600} é", ["\u{1F600}", "é"]),
    ])
    func splits(text: String, words: [String]) throws {
        #expect(try CommandWords.split(text) == words)
    }

    @Test(arguments: [
        ("'a", CommandWords.Problem.unclosedQuote("'")), ("a\"", .unclosedQuote("\"")),
        (#""a\""#, .unclosedQuote("\"")),
        (#""a\"#, .unclosedQuote("\"")), (#"a \"#, .danglingBackslash),
    ])
    func refuses(text: String, problem: CommandWords.Problem) {
        #expect(throws: problem) { try CommandWords.split(text) }
    }

    @Test(arguments: [
        ("make && ./after", "&&"), ("make || true", "||"), ("make | tail", "|"), ("make 2>&1", "2>&1"),
        ("make > log", ">"), ("make >log", ">log"), ("make < in", "<"), ("make; ./after", ";"), ("make ; x", ";"),
        ("make &", "&"), ("A=b make", "A=b"), ("A=b c=d make", "A=b"),
    ])
    func seesWhatOnlyAShellUnderstands(text: String, operation: String) {
        #expect(CommandWords.shellOperation(in: text) == operation)
    }

    @Test(arguments: [
        "make", "", "make a=b", "make 'a && b'", "make \"|\" x", "sh -c 'A=b make && x > y; z'", #"make \&\& x"#,
        "a|b c",
        "'A=b' make", "A=b", "find . -exec x {} \\;", "curl http://a/?b&c", "--a=b c", "grep '>' x",
    ])
    func takesWhatAProgramMayBeGiven(text: String) {
        #expect(CommandWords.shellOperation(in: text) == nil)
    }

    /// Where Python's `shlex` follows POSIX: everywhere but for a backslash before `$`, a backquote or a newline.
    @Test(.requires(.python3)) func agreesWithPythonOnRandomText() async throws {
        var random = SeededGenerator()
        let alphabet: [Character] = ["a", "b", " ", " ", "\t", "'", "\"", "\\", "=", "é", "\u{1F600}", "#"]
        let texts = (0..<5_000).map { _ -> String in
            let text = (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
            return String(text)
        }
        let script = """
            import json, shlex, sys
            def split(text):
                try: return shlex.split(text)
                except ValueError: return None
            json.dump([split(text) for text in json.load(sys.stdin)], sys.stdout)
            """
        let result = try await runProgram(
            Tools.path(of: .python3),
            ["-c", script],
            input: Array(try JSONEncoder().encode(texts))
        )
        #expect(result.exit == .code(0), "\(result)")
        let expected = try JSONDecoder().decode([[String]?].self, from: Data(result.standardOutput))
        #expect(expected.count == texts.count)
        for (text, words) in zip(texts, expected) {
            #expect((try? CommandWords.split(text)) == words, "\(text.debugDescription); \(random)")
        }
        #expect(expected.contains { $0 == nil } && expected.contains { ($0?.count ?? 0) > 2 }, "\(random)")
    }
}
