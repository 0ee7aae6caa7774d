// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// The package of somebody who does what the README says: its function, its manifest and its command, each taken out
/// of that page. The build is kept between runs.
enum ConsumerPackage {
    private static let folder = RepositoryRoot.url.appending(path: ".build/linkage")

    struct Binary {
        let unstripped: String
        let stripped: String
    }

    static func build() async throws -> Binary {
        let readme = try String(contentsOf: RepositoryRoot.url("README.md"), encoding: .utf8)
        let package = self.folder.appending(path: "Greeter")
        try self.write("Sources/Greeter/main.swift", in: package, try self.block("import Sluice\n", of: readme))
        try self.write("Package.swift", in: package, try self.block("// swift-tools-version", of: readme))
        try self.linkRepository()
        for line in try self.block("swift build -c release", of: readme).split(separator: "\n") {
            try await self.run(line.split(separator: " ").map(String.init), in: package)
        }
        return Binary(
            unstripped: package.appending(path: ".build/release/Greeter").path,
            stripped: package.appending(path: "bootstrap").path
        )
    }

    /// The function of somebody who also imports every module that needs no trait. It is built in the folder of the first,
    /// so that what both need is compiled once.
    static func buildWithModules() async throws -> String {
        let readme = try String(contentsOf: RepositoryRoot.url("README.md"), encoding: .utf8)
        let package = self.folder.appending(path: "Observed")
        let modules = ["SluiceServiceLifecycle", "SluiceMetrics", "SluiceTracing"]
        let products = (["Sluice"] + modules).map { ".product(name: \"\($0)\", package: \"sluice\")" }
        let manifest = try self.block("// swift-tools-version", of: readme)
            .replacingOccurrences(of: "\"Greeter\"", with: "\"Observed\"")
            .replacingOccurrences(of: products[0], with: products.joined(separator: ", "))
        try self.write("Package.swift", in: package, manifest)
        try self.write("Sources/Observed/main.swift", in: package, self.observedProgram)
        try self.linkRepository()
        guard let command = try self.block("swift build -c release", of: readme).split(separator: "\n").first else {
            throw Failed("README.md has no command that builds")
        }
        let words = command.split(separator: " ").map(String.init)
        try await self.run(words + ["--scratch-path", "../Greeter/.build"], in: package)
        return self.folder.appending(path: "Greeter/.build/release/Observed").path
    }

    private static let observedProgram = """
        import ServiceLifecycle
        import Sluice
        import SluiceMetrics
        import SluiceServiceLifecycle
        import SluiceTracing

        struct Idle: Service {
            func run() async throws { try await gracefulShutdown() }
        }

        LambdaFunction { event, _ in .bytes(event) }
            .with(metrics: EMFMetricsFactory(namespace: "Consumer"))
            .with(services: [Idle()])
            .traced()
            .run()

        """

    private static func run(_ words: [String], in package: URL) async throws {
        let result = try await runProgram(
            words[0],
            Array(words.dropFirst()),
            directory: package.path,
            within: .seconds(1_200)
        )
        guard result.exit == .code(0) else { throw Failed("\(words.joined(separator: " "))\n\(result)") }
    }

    private struct Failed: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }

    /// The block of code that begins so.
    private static func block(_ beginning: String, of page: String) throws -> String {
        let parts = page.components(separatedBy: "```")
        for (index, part) in parts.enumerated() where index % 2 == 1 {
            let text = part.drop { $0 != "\n" }.dropFirst()
            if text.hasPrefix(beginning) { return String(text) }
        }
        throw Failed("README.md has no block of code that begins with: \(beginning)")
    }

    /// The README's manifest names the clone beside it.
    private static func linkRepository() throws {
        let link = self.folder.appending(path: "sluice")
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: link.path)) != nil { return }
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: RepositoryRoot.url)
    }

    /// An unchanged file keeps its time, so that nothing is built again for it.
    private static func write(_ path: String, in folder: URL, _ text: String) throws {
        let file = folder.appending(path: path)
        if let there = try? String(contentsOf: file, encoding: .utf8), there == text { return }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}
