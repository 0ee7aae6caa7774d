// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceWire
import Testing

/// Python's `json` and our reader accept the same texts and read the same values from them.
///
/// Python is more lenient in two things, and says so here when it meets them: it knows `NaN`, `Infinity` and
/// `-Infinity`, and it keeps lone surrogates. Both are no valid JSON, or no valid Unicode, and we refuse them.
@Suite struct PythonJSONTests {
    private enum Verdict: Equatable {
        /// The value, written compactly with its numbers as they stood.
        case accepted([UInt8])
        case refused
        case acceptedConstant
        case acceptedLoneSurrogate
    }

    private static let seeds: [UInt64] = [
        1, ProcessInfo.processInfo.environment["SLUICE_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32),
    ]

    @Test(arguments: Self.seeds)
    func pythonReadsEveryTextThatWeWrite(seed: UInt64) throws {
        var corpus = JSONCorpus(seed: seed)
        let texts = (0..<4_000).map { _ in Array(corpus.value().serialized().readableBytesView) }
        for (text, verdict) in zip(texts, try Self.askPython(texts)) {
            #expect(verdict == .accepted(text), "\(Self.show(text)), SLUICE_TEST_SEED=\(seed)")
        }
    }

    @Test(arguments: Self.seeds)
    func weReadEverySpellingAsPythonDoes(seed: UInt64) throws {
        var corpus = JSONCorpus(seed: seed)
        let values = (0..<4_000).map { _ in corpus.value() }
        let texts = values.map { corpus.text(of: $0) }
        let verdicts = try Self.askPython(texts)
        for ((value, text), verdict) in zip(zip(values, texts), verdicts) {
            let comment: Comment = "\(Self.show(text)), SLUICE_TEST_SEED=\(seed)"
            #expect(verdict == .accepted(Array(value.serialized().readableBytesView)), comment)
            #expect(Self.ours(text) == verdict, comment)
        }
    }

    @Test(arguments: Self.seeds)
    func weAcceptAndRefuseDamagedTextsAsPythonDoes(seed: UInt64) throws {
        var corpus = JSONCorpus(seed: seed)
        let texts = (0..<12_000).map { _ in
            let value = corpus.value()
            return corpus.damaged(corpus.text(of: value))
        }
        var count = (accepted: 0, refused: 0, constants: 0, surrogates: 0)
        for (text, verdict) in zip(texts, try Self.askPython(texts)) {
            let comment: Comment = "\(Self.show(text)), SLUICE_TEST_SEED=\(seed)"
            switch verdict {
            case .accepted: count.accepted += 1
            case .refused: count.refused += 1
            case .acceptedConstant: count.constants += 1
            case .acceptedLoneSurrogate: count.surrogates += 1
            }
            if case .accepted = verdict {
                #expect(Self.ours(text) == verdict, comment)
            } else {
                #expect(Self.ours(text) == .refused, comment)
            }
        }
        // A corpus in which one kind is missing would prove nothing about it.
        #expect(count.accepted > 1_000 && count.refused > 1_000, "\(count)")
        #expect(count.constants > 20 && count.surrogates > 20, "\(count)")
    }

    private static func ours(_ text: [UInt8]) -> Verdict {
        guard let value = try? JSONValue(parsing: text) else { return .refused }
        return .accepted(Array(value.serialized().readableBytesView))
    }

    private static func show(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self).debugDescription }

    // MARK: Python

    private static func askPython(_ texts: [[UInt8]]) throws -> [Verdict] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-json-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appending(path: "texts"), folder.appending(path: "verdicts"))
        let lines = texts.map { Data($0).base64EncodedString() }.joined(separator: "\n")
        try Data(lines.utf8).write(to: input)

        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", "-c", Self.script, input.path(), output.path()]
        try python.run()
        python.waitUntilExit()
        try #require(python.terminationStatus == 0)

        let verdicts = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { line in
            switch line {
            case "refused": Verdict.refused
            case "constant": Verdict.acceptedConstant
            case "surrogate": Verdict.acceptedLoneSurrogate
            default: Verdict.accepted(Array(try #require(Data(base64Encoded: String(line)))))
            }
        }
        try #require(verdicts.count == texts.count)
        return verdicts
    }

    private static let script = #"""
        import base64, json, sys

        class Number(str): pass
        class Constant(Exception): pass
        class Surrogate(Exception): pass

        def constant(_): raise Constant()

        def check(value):
            if type(value) is str and any(0xD800 <= ord(c) <= 0xDFFF for c in value): raise Surrogate()
            if type(value) is list:
                for element in value: check(element)

        def pairs(members):
            for name, value in members:
                check(name)
                check(value)
            return dict(members)

        def compact(value):
            if type(value) is Number: return str(value)
            if type(value) is list: return "[" + ",".join(map(compact, value)) + "]"
            if type(value) is dict:
                return "{" + ",".join(compact(name) + ":" + compact(value) for name, value in value.items()) + "}"
            return json.dumps(value, ensure_ascii=False)

        def verdict(text):
            try:
                value = json.loads(text.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant,
                                   parse_int=Number, parse_float=Number)
                check(value)
                return base64.b64encode(compact(value).encode()).decode()
            except Constant: return "constant"
            except Surrogate: return "surrogate"
            except ValueError: return "refused"

        with open(sys.argv[1]) as texts, open(sys.argv[2], "w") as verdicts:
            for line in texts.read().split("\n"):
                verdicts.write(verdict(base64.b64decode(line)) + "\n")
        """#
}
