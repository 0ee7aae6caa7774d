// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// The package of somebody who does what the README says: its function, its manifest and its command, each taken out
/// of that page. The build is kept between runs.
enum ConsumerPackage {
    private static let folder = RepositoryRoot.url(".build/linkage")
    static let package = folder.appending(path: "Greeter")

    /// What the script made.
    struct Product {
        let unstripped: String
        let zip: String
        /// The lines for the AWS command line.
        let commands: String
    }

    /// Once for all tests of a run.
    static func build() async throws -> Product { try await self.built.value }

    private static let built = Task { try await Self.buildGreeter() }

    private static func buildGreeter() async throws -> Product {
        let readme = try String(contentsOf: RepositoryRoot.url("README.md"), encoding: .utf8)
        try self.write("Sources/Greeter/main.swift", in: self.package, try self.block("import Sluice\n", of: readme))
        try self.write("Package.swift", in: self.package, try self.block("// swift-tools-version", of: readme))
        try self.linkRepository()
        let command = try self.block("../sluice/Scripts/package-function", of: readme)
        let words = command.split(whereSeparator: \.isWhitespace).map(String.init)
        return try await self.run(words[0], Array(words.dropFirst()), name: "Greeter")
    }

    /// A function that is not in the README, built in the folder of the first, so that what both need is compiled once.
    ///
    /// - Parameter modules: products of the package beside `Sluice`.
    static func build(
        _ name: String,
        main: String,
        modules: [String] = [],
        _ options: [String] = []
    ) async throws -> Product {
        _ = try await self.build()
        let package = self.folder.appending(path: name)
        let products = (["Sluice"] + modules).map { ".product(name: \"\($0)\", package: \"sluice\")" }
        let manifest = try String(contentsOf: self.package.appending(path: "Package.swift"), encoding: .utf8)
            .replacing("\"Greeter\"", with: "\"\(name)\"")
            .replacing(products[0], with: products.joined(separator: ", "))
        try self.write("Package.swift", in: package, manifest)
        try self.write("Sources/\(name)/main.swift", in: package, main)
        return try await self.pack(name, options)
    }

    /// An example in a copy of its folder, of which one line is another: as the page of the examples says.
    static func build(example name: String) async throws -> Product {
        _ = try await self.build()
        let page = try String(contentsOf: ExamplePackages.folder.appending(path: "README.md"), encoding: .utf8)
        let line = try self.block("dependencies: [", of: page).trimmingCharacters(in: .newlines)
        let original = ExamplePackages.folder.appending(path: name)
        for path in ["Package.swift"] + (try self.files(in: original, below: ["Sources", "Tests"])) {
            let text = try String(contentsOf: original.appending(path: path), encoding: .utf8)
            let own = "dependencies: [.package(name: \"sluice\", path: \"../..\")],"
            guard path != "Package.swift" || text.contains(own) else { throw Failed("\(name): no line is as \(own)") }
            try self.write(path, in: self.folder.appending(path: name), text.replacing(own, with: line))
        }
        return try await self.pack(name, [])
    }

    private static func files(in folder: URL, below names: [String]) throws -> [String] {
        try names.flatMap { name in
            try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: name).path)
                .map { "\(name)/\($0)" }
        }.filter { $0.split(separator: "/").last?.contains(".") == true }
    }

    /// In the folder of the first package's build.
    private static func pack(_ name: String, _ options: [String]) async throws -> Product {
        // A plan that SwiftPM kept in that folder may be the first one's alone, in which this package does not exist.
        let scratch = self.package.appending(path: ".build").path
        let shared = ["--", "--scratch-path", scratch, "--disable-build-manifest-caching"]
        let script = "../sluice/Scripts/package-function"
        let product = try await self.run(script, ["../\(name)"] + options + shared, name: name)
        return Product(
            unstripped: self.package.appending(path: ".build/release/\(name)").path,
            zip: product.zip,
            commands: product.commands
        )
    }

    /// The function of somebody who also imports every module that needs no trait.
    static func buildWithModules() async throws -> Product {
        let modules = ["SluiceServiceLifecycle", "SluiceMetrics", "SluiceTracing"]
        return try await self.build("Observed", main: self.observedProgram, modules: modules)
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

    private static func run(_ program: String, _ arguments: [String], name: String) async throws -> Product {
        let result = try await runProgram(
            program,
            arguments,
            directory: self.package.path,
            within: .seconds(1_200)
        )
        guard result.exit == .code(0) else { throw Failed("\(program) \(arguments)\n\(result)") }
        return Product(
            unstripped: self.folder.appending(path: "\(name)/.build/release/\(name)").path,
            zip: self.folder.appending(path: "\(name)/.build/lambda/\(self.functionName(name)).zip").path,
            commands: result.outputText
        )
    }

    /// `token-stream` of `TokenStream`, as functions of Lambda are called.
    private static func functionName(_ name: String) -> String {
        name.enumerated().map { ($0 > 0 && $1.isUppercase ? "-" : "") + $1.lowercased() }.joined()
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

/// A zip, as another implementation reads it.
struct UnpackedZip {
    struct Entry: Decodable, Equatable {
        let name: String
        let mode: String
        let time: [Int]
    }

    let entries: [Entry]

    init(_ path: String, to folder: URL) async throws {
        let script = """
            import json, os, sys, zipfile
            archive, entries = zipfile.ZipFile(sys.argv[1]), []
            assert archive.testzip() is None
            for info in archive.infolist():
                path, mode = archive.extract(info, sys.argv[2]), info.external_attr >> 16
                os.chmod(path, mode & 0o777)
                entries.append({"name": info.filename, "mode": oct(mode), "time": info.date_time})
            print(json.dumps(entries))
            """
        let result = try await runProgram(try await Python.interpreter(), ["-c", script, path, folder.path])
        self.entries = try JSONDecoder().decode([Entry].self, from: Data(result.standardOutput))
    }
}
