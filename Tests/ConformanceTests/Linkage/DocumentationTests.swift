// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Every whole program in the documentation compiles: what begins with its imports is one.
#if os(Linux)
@Suite struct DocumentationTests {
    private static let pages: [String] = {
        let folder = "Sources/Sluice/Sluice.docc"
        // Without the trait the modules have nothing of what that page shows.
        #if Codable
        var left: Set<String> = []
        #else
        var left: Set<String> = ["Codable.md"]
        #endif
        #if !Hummingbird
        left.formUnion(["Hummingbird.md", "WebAdapter.md"])
        #endif
        let names = (try? FileManager.default.contentsOfDirectory(atPath: RepositoryRoot.url(folder).path)) ?? []
        return names.filter { $0.hasSuffix(".md") && !left.contains($0) }.sorted().map { "\(folder)/\($0)" } + [
            "README.md"
        ]
    }()

    @Test func theCatalogIsSeen() throws {
        #expect(Self.pages.count > 6)
        #expect(try Self.pages.filter { try Self.programs(of: $0).isEmpty }.count <= 1, "pages without an example")
    }

    @Test(arguments: Self.pages) func everyProgramOfAPageCompiles(page: String) async throws {
        for (line, program) in try Self.programs(of: page) {
            let result = try await Self.compile(program)
            #expect(result.exit == .code(0), "\(page):\(line)\n\(result.errorText)")
        }
    }

    #if Hummingbird
    @Test func theSamplesOfHummingbirdAreSeen() throws {
        for page in [
            "README.md", "Sources/Sluice/Sluice.docc/Hummingbird.md", "Sources/Sluice/Sluice.docc/WebAdapter.md",
        ] {
            #expect(try Self.programs(of: page).contains { $0.text.contains("import Hummingbird\n") }, "\(page)")
        }
    }
    #endif

    /// The check itself can fail.
    @Test func aProgramWithAMistakeDoesNot() async throws {
        let program = "import Sluice\nHTTPFunction { request, context in .txt(\"a\") }.run()\n"
        let result = try await Self.compile(program)
        #expect(result.errorText.contains("has no member 'txt'"), "\(result.errorText)")
    }

    private static func programs(of page: String) throws -> [(line: Int, text: String)] {
        let lines = try String(contentsOf: RepositoryRoot.url(page), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        var programs: [(Int, String)] = []
        var start: Int?
        for (index, line) in lines.enumerated() {
            if let first = start, line == "```" {
                let text = lines[first..<index].joined(separator: "\n") + "\n"
                if self.isProgram(text) { programs.append((first + 1, text)) }
                start = nil
            } else if start == nil, line.hasPrefix("```") {
                start = index + 1
            }
        }
        return programs
    }

    /// What needs Hummingbird is one with the trait only.
    private static func isProgram(_ text: String) -> Bool {
        #if Hummingbird
        let modules = ["import Sluice", "import Hummingbird\n"]
        #else
        let modules = ["import Sluice\n"]
        #endif
        return text.hasPrefix("import ") && modules.contains { text.contains($0) }
    }

    /// As the main file of a module, against the modules that the tests were built with.
    private static func compile(_ program: String) async throws -> ProgramResult {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-documentation-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "main.swift")
        try Data(program.utf8).write(to: file)
        let arguments = ["-typecheck", "-swift-version", "6"] + (try BuiltModules.options()) + [file.path]
        return try await runProgram("swiftc", arguments, within: .seconds(120))
    }
}
#endif
