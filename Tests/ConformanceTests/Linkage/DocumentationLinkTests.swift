// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The documentation as DocC makes it: whatever it warns of, it shows its reader as plain text, or not at all.
#if os(Linux)
@Suite(.timeLimit(.minutes(5))) struct DocumentationLinkTests {
    private static let catalog = RepositoryRoot.url("Sources/Sluice/Sluice.docc")

    /// The products that are imported.
    private static let modules: [String] = {
        var modules = [
            "EventStreamCoding", "Sluice", "SluiceMetrics", "SluiceServiceLifecycle", "SluiceTesting", "SluiceTracing",
        ]
        #if Hummingbird
        modules.append("SluiceHummingbird")
        #endif
        return modules
    }()

    /// To articles and their headings, and to symbols, on the pages of the catalog and in the comments of declarations.
    @Test(arguments: Self.modules)
    func everyLinkOfAModulesDocumentationLeadsSomewhere(module: String) async throws {
        let result = try await Self.convert(module, catalog: module == "Sluice" ? Self.catalog : nil)
        #expect(result.exit == .code(0), "\(result.outputText)")
    }

    /// The check itself can fail.
    @Test func linksToNothingAreFound() async throws {
        try await withTemporaryFolder { folder in
            let catalog = folder.appending(path: "Sluice.docc")
            try FileManager.default.copyItem(at: Self.catalog, to: catalog)
            let page = """
                # Nothing

                <doc:Nowhere>, <doc:Errors#Nothing>, ``Nobody`` and ``HTTPFunction/walk()``; but <doc:Errors#The-deadline> and
                ``HTTPFunction/run()``.

                """
            try Data(page.utf8).write(to: catalog.appending(path: "Nothing.md"))
            let result = try await Self.convert("Sluice", catalog: catalog)
            #expect(result.exit != .code(0))
            let found = result.outputText.split(separator: "\n").filter { $0.contains("doesn't exist at") }
            #expect(found.count == 4, "\(result.outputText)")
        }
    }

    /// Whoever begins at the first page finds each of the others in its list, once.
    @Test func theFirstPageNamesEveryArticle() throws {
        let articles = try FileManager.default.contentsOfDirectory(atPath: Self.catalog.path)
            .filter { $0.hasSuffix(".md") && $0 != "Sluice.md" }
            .map { "- <doc:\($0.dropLast(3))>" }
        let page = try String(contentsOf: Self.catalog.appending(path: "Sluice.md"), encoding: .utf8)
        let topics = try #require(page.components(separatedBy: "\n## Topics\n").last)
        let named = topics.split(separator: "\n").filter { $0.hasPrefix("- <doc:") }.map(String.init)
        #expect(named.sorted() == articles.sorted())
    }

    private struct TargetInformation: Decodable {
        struct Target: Decodable { let triple: String }
        let target: Target
    }

    /// What the module has for its users, as the compiler tells it to DocC, and what DocC says of it.
    private static func convert(_ module: String, catalog: URL?) async throws -> ProgramResult {
        try await withTemporaryFolder { folder in
            let symbols = folder.appending(path: "symbols")
            try FileManager.default.createDirectory(at: symbols, withIntermediateDirectories: true)
            let described = try await runProgram("swiftc", ["-print-target-info"])
            let target = try JSONDecoder().decode(TargetInformation.self, from: Data(described.standardOutput)).target
            let extraction = try await runProgram(
                "swift-symbolgraph-extract",
                [
                    "-module-name", module, "-target", target.triple, "-output-dir", symbols.path,
                    "-minimum-access-level", "public", "-skip-synthesized-members", "-emit-extension-block-symbols",
                ] + (try BuiltModules.options())
            )
            try #require(extraction.exit == .code(0), "\(extraction)")
            return try await runProgram(
                "docc",
                ["convert"] + (catalog.map { [$0.path] } ?? []) + [
                    "--additional-symbol-graph-dir", symbols.path, "--output-path", folder.appending(path: "out").path,
                    "--fallback-display-name", module, "--fallback-bundle-identifier", module, "--warnings-as-errors",
                ]
            )
        }
    }
}
#endif
