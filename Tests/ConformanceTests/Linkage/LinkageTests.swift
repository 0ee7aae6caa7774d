// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What a user's function costs: a package of its own that depends on this one by path, built as for deployment.
#if os(Linux)
@Suite(.serialized) struct LinkageTests {
    /// What Amazon Linux 2023 has.
    private static let newestGlibc = [2, 34]
    private static let newestLibstdcxx = [3, 4, 29]
    private static let maximumStrippedBytes = 11_000_000
    private static let maximumZippedBytes = 4_500_000

    @Test(.requires(.python3), .timeLimit(.minutes(15)))
    func aFunctionRunsOnAmazonLinuxAndIsFreeOfFoundation() async throws {
        let product = try await ConsumerPackage.build()
        try await Self.expectNoFoundation(in: product.unstripped)
        // What observes a function, or runs beside it, is in those alone that ask for it.
        let optional = ["16ServiceLifecycle", "11CoreMetrics", "13SluiceMetrics", "7Tracing", "13SluiceTracing"]
        try await Self.expectNone(of: optional.map { "$s\($0)" }, in: product.unstripped)
        try await withTemporaryFolder { folder in
            _ = try await UnpackedZip(product.zip, to: folder)
            try await self.expectThatItStarts(folder.appending(path: "bootstrap").path)
            let zipped = try FileManager.default.attributesOfItem(atPath: product.zip)[.size] as? Int
            #expect(try #require(zipped) <= Self.maximumZippedBytes)
            // The table of symbols, which only a debugger reads.
            let tables = try await Self.output("readelf", ["--sections", "--wide", product.unstripped])
            #expect(tables.contains { $0.contains(" .symtab ") })
            let left = try await Self.output("readelf", ["--sections", "--wide", "\(folder.path)/bootstrap"])
            #expect(left.contains { $0.contains(" .text ") } && !left.contains { $0.contains(" .symtab ") })
        }
    }

    /// By tools that know nothing of the script, which holds it against the same rules.
    private func expectThatItStarts(_ bootstrap: String) async throws {
        let needed = try await Self.output("readelf", ["--dynamic", "--wide", bootstrap]).filter {
            $0.contains("NEEDED")
        }
        #expect(!needed.isEmpty)
        for library in needed {
            let known = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "ld-linux"]
            #expect(known.contains { library.contains($0) }, "\(library)")
        }

        let versions = try await Self.output("readelf", ["--version-info", "--wide", bootstrap])
        let glibc = Self.newest("GLIBC_", in: versions)
        let libstdcxx = Self.newest("GLIBCXX_", in: versions)
        #expect(!glibc.isEmpty && !Self.newestGlibc.lexicographicallyPrecedes(glibc), "GLIBC_\(glibc)")
        #expect(!Self.newestLibstdcxx.lexicographicallyPrecedes(libstdcxx), "GLIBCXX_\(libstdcxx)")

        let size = try FileManager.default.attributesOfItem(atPath: bootstrap)[.size] as? Int
        #expect(try #require(size) <= Self.maximumStrippedBytes)
    }

    /// What a module beside it needs, too.
    @Test(.requires(.python3), .timeLimit(.minutes(15)))
    func metricsTracesAndServicesBringNoFoundation() async throws {
        try await Self.expectNoFoundation(in: try await ConsumerPackage.buildWithModules().unstripped)
    }

    /// Its trait is off by default, and so is all that stands behind it.
    @Test(.requires(.python3), .timeLimit(.minutes(15)))
    func whoImportsSluiceAloneNeitherFetchesNorBuildsHummingbird() async throws {
        _ = try await ConsumerPackage.build()
        let build = ConsumerPackage.package.appending(path: ".build")
        let fetched = try FileManager.default.contentsOfDirectory(atPath: build.appending(path: "checkouts").path)
        #expect(fetched.contains("swift-nio") && !fetched.contains("hummingbird"), "\(fetched)")
        let release = build.appending(path: "release")
        #expect(try !Self.compiled("Sluice.", in: release).isEmpty)
        #expect(try Self.compiled("Hummingbird", in: release) == [])
        #if Hummingbird
        // Where it is built, this is where it would be.
        let own = try BuiltProducts.url(of: "FixtureFunction").deletingLastPathComponent()
        #expect(try !Self.compiled("Hummingbird", in: own).isEmpty)
        #endif
    }

    /// The objects and modules of targets with that in their names. A folder for each target is there in any case.
    private static func compiled(_ name: String, in products: URL) throws -> [String] {
        // `release` is a link, which is not followed otherwise.
        let products = products.resolvingSymlinksInPath()
        return try FileManager.default.contentsOfDirectory(atPath: products.path)
            .filter { $0.contains(name) && $0.hasSuffix(".build") || $0 == "Modules" }
            .flatMap { folder in
                try FileManager.default.contentsOfDirectory(atPath: products.appending(path: folder).path)
                    .filter { $0.hasSuffix(".o") || ($0.hasSuffix(".swiftmodule") && $0.contains(name)) }
            }
    }

    private static func expectNoFoundation(in binary: String) async throws {
        let names = ["$s10Foundation", "$s20FoundationEssentials", "_CFRuntime", "$s12_RegexParser"]
        try await self.expectNone(of: names, in: binary)
    }

    private static func expectNone(of names: [String], in binary: String) async throws {
        let symbols = try await self.output("nm", ["--format=posix", binary])
        let found = symbols.filter { line in names.contains { line.contains($0) } }
        #expect(symbols.count > 1_000)
        #expect(found.isEmpty, "\(found.prefix(5))")
    }

    /// The shim's own arithmetic, which replaces the C library's in every function.
    @Test func theShimOfHypotfIsExactAndKnowsInfinities() {
        #expect(hypotf(3, 4) == 5)
        #expect(hypotf(-.infinity, .nan) == .infinity)
        #expect(hypotf(.nan, .infinity) == .infinity)
        #expect(hypotf(.nan, 1).isNaN)
        #expect(hypotf(3e38, 0) == 3e38)
        #expect(hypotf(3e38, 3e38) == .infinity)
        #expect(hypotf(.leastNonzeroMagnitude, 0) == .leastNonzeroMagnitude)
    }

    private static func output(_ program: String, _ arguments: [String]) async throws -> [String] {
        let result = try await runProgram(program, arguments)
        #expect(result.exit == .code(0), "\(program): \(result.errorText)")
        return result.outputText.split(separator: "\n").map(String.init)
    }

    /// The highest of the versions with this prefix, as numbers.
    private static func newest(_ prefix: String, in lines: [String]) -> [Int] {
        lines.flatMap { $0.split(whereSeparator: { " ()".contains($0) }) }
            .filter { $0.hasPrefix(prefix) }
            .map { $0.dropFirst(prefix.count).split(separator: ".").compactMap { Int($0) } }
            .max { $0.lexicographicallyPrecedes($1) } ?? []
    }
}
#endif
