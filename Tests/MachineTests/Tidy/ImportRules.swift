// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The rules about imports: who may know whom, and who may see it.
enum ImportRules {
    /// One import statement.
    struct Import: Equatable {
        let line: Int
        let module: String
        let hasAccessLevel: Bool
    }

    static func imports(of file: TidyFile) -> [Import] {
        file.matches(
            #"^[ \t]*((?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?\w+)"#
        )
        .map { match in
            let words = match.group.split(whereSeparator: \.isWhitespace)
            let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
            return Import(
                line: match.line,
                module: String(words.last ?? ""),
                hasAccessLevel: words.contains { levels.contains($0) }
            )
        }
    }

    static func everyImportHasAnAccessLevel(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource || file.isBenchmark else { return [] }
        return self.imports(of: file).filter { !$0.hasAccessLevel }.map {
            file.finding(
                $0.line,
                "import \($0.module) has no access level: write 'internal import' unless an API shows its types"
            )
        }
    }

    static func noFoundation(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource || file.isBenchmark else { return [] }
        let allowed = file.path.hasPrefix(self.codableFolder) ? self.codableModules : []
        return self.imports(of: file).filter { $0.module.hasPrefix("Foundation") && !allowed.contains($0.module) }.map {
            file.finding(
                $0.line,
                "imports \($0.module), which costs each function megabytes: do without, as the neighbours do"
            )
        }
    }

    /// What is behind the trait `Codable` has the part of Foundation that encodes and decodes; where the platform has no
    /// such part, all of it.
    private static let codableFolder = "Sources/Sluice/Codable/"
    private static let codableModules: Set<String> = ["FoundationEssentials", "Foundation"]

    /// Nothing of it is compiled without the trait.
    static func codableStandsBehindItsTrait(_ file: TidyFile) -> [TidyFinding] {
        guard file.path.hasPrefix(self.codableFolder) else { return [] }
        let code = file.lines.drop { $0.hasPrefix("//") || $0.isEmpty }
        guard code.first != "#if Codable" || code.last(where: { !$0.isEmpty }) != "#endif" else { return [] }
        return [file.finding(1, "is not all between #if Codable and #endif: without the trait there is no Foundation")]
    }

    /// A machine decides and never acts: it can do neither input and output nor wait, since it cannot name them.
    static func machinesImportValuesOnly(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource, file.name.hasSuffix("Machine.swift") || self.leaves.contains(file.target ?? "") else {
            return []
        }
        let allowed: Set<String> =
            self.leaves.contains(file.target ?? "") ? self.values : self.values.union(["SluiceWire"])
        return self.imports(of: file).filter { !allowed.contains($0.module) }.map {
            file.finding(
                $0.line,
                "imports \($0.module), but a machine or wire type may know \(allowed.sorted()) only: move what acts into a handler or service"
            )
        }
    }

    static func importsFollowTheDirection(_ file: TidyFile) -> [TidyFinding] {
        guard file.isSource, let target = file.target else { return [] }
        guard let allowed = self.direction[target] else {
            return [
                file.finding(
                    1,
                    "target \(target) is not in ImportRules.direction: add it there as ARCHITECTURE.md draws it"
                )
            ]
        }
        return self.imports(of: file)
            .filter {
                !allowed.contains($0.module) && !self.systemModules.contains($0.module)
                    && !$0.module.hasPrefix("Foundation")
            }
            .map {
                file.finding(
                    $0.line,
                    "\(target) imports \($0.module), against the direction of ARCHITECTURE.md: turn the dependency round, "
                        + "or change the drawing, Package.swift and ImportRules.direction together"
                )
            }
    }

    private static let leaves: Set<String> = ["SluiceWire", "EventStreamCoding"]
    private static let values: Set<String> = ["NIOCore", "HTTPTypes"]

    /// Not for the leaves: `machinesImportValuesOnly` holds those to less.
    private static let systemModules: Set<String> = ["Glibc", "Musl", "Darwin", "Dispatch", "Synchronization"]

    private static let network: Set<String> = ["NIOCore", "NIOPosix", "NIOHTTP1", "HTTPTypes"]

    /// Whom each target may import, as Package.swift and ARCHITECTURE.md have it. Service and runtime meet on the wire
    /// only, so neither ever imports the other.
    static let direction: [String: Set<String>] = [
        "EventStreamCoding": ["NIOCore"],
        "SluiceWire": ["NIOCore", "HTTPTypes"],
        "SluiceHTTP1": ["NIOHTTP1", "HTTPTypes"],
        "SluiceServiceWire": ["SluiceWire", "NIOCore", "HTTPTypes"],
        "SluiceHTTPServer": Self.network.union(["SluiceWire", "SluiceHTTP1"]),
        "Sluice": Self.network.union(["SluiceWire", "SluiceHTTP1", "CSluiceShims", "Logging"]),
        "SluiceServiceLifecycle": ["Sluice", "ServiceLifecycle", "Logging"],
        "SluiceMetrics": ["Sluice", "SluiceWire", "CoreMetrics", "Logging", "NIOCore"],
        "SluiceTracing": ["Sluice", "SluiceWire", "Tracing", "HTTPTypes", "NIOCore"],
        "SluiceRuntimeAPI": Self.network.union(["SluiceWire", "SluiceServiceWire", "SluiceHTTPServer"]),
        "SluiceGzip": ["CZlib", "NIOCore"],
        "SluiceEmulator": Self.network.union([
            "SluiceGzip",
            "SluiceRuntimeAPI", "SluiceWire", "SluiceServiceWire", "SluiceHTTP1", "SluiceHTTPServer",
            "EventStreamCoding",
            "Subprocess", "SystemPackage", "System",
        ]),
        // It stands on both sides, for the tests of functions: it is the one place where they meet in memory.
        "SluiceTesting": Self.network.union([
            "Sluice", "SluiceRuntimeAPI", "SluiceWire", "SluiceServiceWire", "SluiceHTTPServer", "SluiceHTTP1",
        ]),
        "SluiceHummingbird": [
            "Sluice", "SluiceServiceLifecycle", "Hummingbird", "ServiceLifecycle", "Logging", "HTTPTypes", "NIOCore",
        ],
        "SluiceWebAdapter": Self.network.union([
            "Sluice", "SluiceMetrics", "SluiceWire", "SluiceHTTP1", "SluiceGzip", "Logging", "CoreMetrics",
            "Subprocess", "SystemPackage", "System",
        ]),
        "SluiceAdapterCLI": ["SluiceWebAdapter", "Sluice", "Logging"],
        "SluiceDemoFunction": ["Sluice", "NIOCore", "HTTPTypes"],
        "SluiceCLI": Self.network.union([
            "SluiceEmulator", "SluiceWire", "SluiceServiceWire", "SluiceHTTP1", "EventStreamCoding", "ArgumentParser",
            "UnixSignals", "CSluiceEnvironment", "NIOSSL", "NIOTLS",
        ]),
    ]
}
