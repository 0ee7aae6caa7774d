// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import CoreMetrics
import Foundation
import NIOCore
import SluiceMetrics
import TestSupport
import Testing

/// Every document keeps the rules of the format, by a validator that knows nothing of us.
@Suite(.requires(.jsonschema)) struct EMFSchemaTests {
    private static let seeds: [UInt64] = [
        1, ProcessInfo.processInfo.environment["SLUICE_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32),
    ]

    @Test(arguments: Self.seeds) func randomMetricsMakeValidDocuments(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let lines = Watched<[String]>([])
        let output = MetricsOutput(
            millisecondsSinceEpoch: { 1_732_521_600_000 },
            write: { line in lines.update { $0.append(String(buffer: line)) } }
        )
        let factory = EMFMetricsFactory(namespace: "Tea", dimensions: ["FunctionName": "shop"], output: output)
        for _ in 0..<5_000 { Self.record(into: factory, &random) }
        factory.flush()
        #expect(lines.current.count > 20)
        let verdicts = try await Self.verdicts(of: lines.current)
        #expect(verdicts == Array(repeating: "ok", count: lines.current.count), "SLUICE_TEST_SEED=\(seed)")
    }

    /// The validator can refuse.
    @Test func theValidatorSeesWhatIsWrong() async throws {
        let good =
            #"{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"n","Dimensions":[["d"]],"Metrics":"#
            + #"[{"Name":"m","Unit":"Count"}]}]},"d":"x","m":1}"#
        let bad = [
            good.replacingOccurrences(of: "Count\"", with: "Cups\""),
            good.replacingOccurrences(of: #""d":"x","#, with: ""),
            good.replacingOccurrences(of: #""m":1"#, with: #""m":"1""#), "{}",
            good.replacingOccurrences(of: #""m":1"#, with: #""m":1,"m":2"#),
        ]
        let verdicts = try await Self.verdicts(of: ([good] + bad).map { $0 + "\n" })
        #expect(verdicts.first == "ok" && verdicts.dropFirst().allSatisfy { $0 != "ok" } && verdicts.count == 6)
    }

    private static func record(into factory: EMFMetricsFactory, _ random: inout SeededGenerator) {
        let names = ["a", "b", "an \"other\" 🫖", "FunctionName", "_aws", "", String(repeating: "n", count: 255)]
        let label = (names + (0..<150).map { "m\($0)" }).randomElement(using: &random) ?? ""
        let dimensions = (0..<Int.random(in: 0...2, using: &random)).map { _ in
            (
                ["k", "l", "a"].randomElement(using: &random) ?? "k",
                ["1", "2", ""].randomElement(using: &random) ?? "1"
            )
        }
        let value = [Double.random(in: -1e9...1e9, using: &random), 1e300, .nan, 0, -1e-100].randomElement(
            using: &random
        )
        switch Int.random(in: 0..<5, using: &random) {
        case 0: Counter(label: label, dimensions: dimensions, factory: factory).increment(by: 2)
        case 1: Gauge(label: label, dimensions: dimensions, factory: factory).record(value ?? 0)
        case 2: Meter(label: label, dimensions: dimensions, factory: factory).set(value ?? 0)
        case 3: CoreMetrics.Timer(label: label, dimensions: dimensions, factory: factory).recordNanoseconds(1_234_567)
        default: Recorder(label: label, dimensions: dimensions, factory: factory).record(value ?? 0)
        }
    }

    private static func verdicts(of lines: [String]) async throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "sluice-emf-\(UUID())")
        try Data(lines.joined().utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: try Tools.path(of: .jsonschema))
        process.arguments = [Fixture.emf.path]
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map(String.init)
    }
}
