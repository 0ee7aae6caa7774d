// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import ArgumentParser
import Foundation
import SluiceEmulator
import SluiceWebAdapter
import TestSupport
import Testing

@testable import SluiceAdapterCLI
@testable import SluiceCLI

/// What the pages of `Examples/WebAdapter` say to type, as far as it can be read without being run.
@Suite struct ExamplePageTests {
    private static let folder = RepositoryRoot.url("Examples/WebAdapter")

    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? []
        return names.filter { $0 != "README.md" && $0 != "Templates" && !$0.hasPrefix(".") }.sorted()
    }()

    /// The lines of a page's first block for a shell, each as one.
    private static func commands(of name: String) throws -> [String] {
        let page = try String(contentsOf: Self.folder.appending(path: "\(name)/README.md"), encoding: .utf8)
        let parts = page.split(separator: "```sh\n", maxSplits: 1).map(String.init)
        let block = try #require(parts.count == 2 ? parts[1].components(separatedBy: "\n```").first : nil, "\(name)")
        return block.replacing("\\\n", with: " ").split(separator: "\n").map(String.init)
    }

    @Test func everyFolderHasItsPage() {
        #expect(Self.names.count >= 9 && Self.names.contains("FastAPI") && Self.names.contains("nginx"))
    }

    @Test(arguments: Self.names)
    func theCommandIsOneThatTheLocalLambdaAndTheAdapterTake(name: String) throws {
        let line = try #require(try Self.commands(of: name).first { $0.hasPrefix("sluice serve ") }, "\(name)")
        let command = try ServeCommand.parse(Array(try CommandWords.split(line).dropFirst(2)))
        let function = try #require(command.function.first)
        #expect(command.function.count == 1 && function.command.first == "sluice-adapter")
        let placement = try Placement(
            arguments: Array(function.command.dropFirst()),
            program: "/usr/bin/sluice-adapter",
            isProgram: { _ in false },
            variable: { _ in nil }
        )
        #expect(placement == .parent(command: Array(function.command.dropFirst(2))))
        let pairs = command.settings.env.compactMap { text in
            text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) }
        }
        let (configuration, warnings) = try AdapterConfiguration.read(Dictionary(pairs) { $1 })
        #expect(configuration.invokeMode == .responseStream && command.settings.invokeMode == .responseStream)
        #expect(warnings.isEmpty)
    }

    /// The examples write a line each second unless they are told another time, and wait behind the last one, too.
    @Test(arguments: Self.names)
    func theFunctionsTimeIsEnoughForWhatIsAsked(name: String) throws {
        let lines = try Self.commands(of: name)
        let line = try #require(lines.first { $0.hasPrefix("sluice serve ") })
        let command = try ServeCommand.parse(Array(try CommandWords.split(line).dropFirst(2)))
        let calls = lines.filter { $0.hasPrefix("curl ") }
        #expect(!calls.isEmpty)
        for call in calls {
            // The first Function URL's port is the one behind the endpoint's.
            #expect(call.contains("http://127.0.0.1:\(command.port + 1)/"), "\(call)")
            let ticks = call.firstMatch(of: #/ticks=(\d+)/#).flatMap { Int($0.1) } ?? 0
            #expect(!call.contains("every="), "say here how long that takes: \(call)")
            #expect(command.settings.timeout > ticks, "\(call)")
        }
    }
}
