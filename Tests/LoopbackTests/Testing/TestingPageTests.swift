// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The programs of the page about tests lie in `Samples`, word for word, and their tests run with the others: what a
/// reader copies has passed.
@Suite struct TestingPageTests {
    private static let page = "Sources/Sluice/Sluice.docc/Testing.md"
    private static let header = """
        // SPDX-License-Identifier: Apache-2.0
        // Copyright the Sluice authors


        """

    @Test func everyProgramOfThePageIsASampleThatRunsHere() throws {
        let programs = try Self.programs()
        let samples = try Self.samples()
        for program in programs where !samples.values.contains(program) {
            Issue.record("\(Self.page) has a program that is no sample, or another than that:\n\(program)")
        }
        for (name, sample) in samples where !programs.contains(sample) {
            Issue.record("\(name) is not what \(Self.page) shows:\n\(sample)")
        }
        // One of each, which are compiled here.
        let functions = [greeter, stuck, report]
        #expect(programs.count == functions.count && samples.count == functions.count)
    }

    /// The blocks of code that begin with their imports, as those do that are whole.
    private static func programs() throws -> [String] {
        let parts = try String(contentsOf: RepositoryRoot.url(self.page), encoding: .utf8)
            .components(separatedBy: "```")
        return parts.enumerated().filter { !$0.offset.isMultiple(of: 2) && $0.element.hasPrefix("swift\nimport ") }
            .map { String($0.element.dropFirst("swift\n".count)) }
    }

    /// What stands below the header in each file of the folder.
    private static func samples() throws -> [String: String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Dictionary(
            uniqueKeysWithValues: try names.map { name in
                let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                return (name, text.replacing(self.header, with: "", maxReplacements: 1))
            }
        )
    }
}
