// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The folders of the examples are packages of their own, and the package above them, which is what is built, says the same.
@Suite struct ExampleManifestTests {
    private struct Package: Decodable {
        let targets: [Target]
    }

    /// As the package manager understands a manifest.
    private struct Target: Decodable, Equatable {
        let name: String
        let type: String
        /// From the folder of the package; `nil` where the package manager finds it by its name.
        var path: String?
        let dependencies: [Dependency]
        let resources: [Resource]
    }

    private struct Resource: Decodable, Equatable {
        let path: String
    }

    /// By its name, whichever way it is written.
    private struct Dependency: Decodable, Equatable, Comparable {
        let name: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            let kind = try #require(container.allKeys.first)
            var values = try container.nestedUnkeyedContainer(forKey: kind)
            self.name = try values.decode(String.self)
        }

        static func < (left: Self, right: Self) -> Bool { left.name < right.name }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private func targets(of folder: URL) async throws -> [Target] {
        let dump = try await runProgram("swift", ["package", "--package-path", folder.path, "dump-package"])
        try #require(dump.exit == .code(0), "\(dump)")
        return try JSONDecoder().decode(Package.self, from: Data(dump.standardOutput)).targets
    }

    /// A target's folder in its package, where the manifest leaves it to the package manager's rule.
    private func path(of target: Target) -> String {
        target.path ?? (target.type == "test" ? "Tests/\(target.name)" : "Sources/\(target.name)")
    }

    @Test func eachFolderAndThePackageAboveNameTheSameTargets() async throws {
        let names = try ExamplePackages.names()
        #expect(names.count >= 5)
        let together = try await self.targets(of: ExamplePackages.folder)
        for name in names {
            let own = try await self.targets(of: ExamplePackages.folder.appending(path: name))
            #expect(own.map(\.name) == ["\(name)Function", name, "\(name)Tests"])
            for target in own {
                let twin = try #require(together.first { $0.name == target.name }, "\(target.name) is not in Examples")
                #expect(twin.type == target.type)
                #expect(twin.dependencies.sorted() == target.dependencies.sorted(), "\(target.name)")
                #expect(twin.resources == target.resources, "\(target.name)")
                #expect(twin.path == "\(name)/\(self.path(of: target))")
            }
        }
        let server = try await self.targets(of: ExamplePackages.folder.appending(path: "WebAdapter/Hummingbird"))
        #expect(server.map(\.name) == ["HummingbirdApp"])
        let twin = try #require(together.first { $0.name == "HummingbirdApp" })
        #expect(twin.dependencies == server.first?.dependencies)
        #expect(twin.path == "WebAdapter/Hummingbird/Sources/HummingbirdApp")
        #expect(together.count == 3 * names.count + server.count)
    }

    @Test func eachExampleHasAPageWithWhatToDo() throws {
        let overview = try String(contentsOf: ExamplePackages.folder.appending(path: "README.md"), encoding: .utf8)
        for name in try ExamplePackages.names() {
            #expect(overview.contains("](\(name)/README.md)"), "\(name)")
            let page = try String(
                contentsOf: ExamplePackages.folder.appending(path: "\(name)/README.md"),
                encoding: .utf8
            )
            for command in [
                "swift test\n", "swift build\n", "=.build/debug/\(name)\n", "Scripts/package-function Examples/\(name)",
            ] {
                #expect(page.contains(command), "\(name): \(command)")
            }
        }
    }
}
