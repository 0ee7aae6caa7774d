// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport

/// A folder with a function's code in it, which a test changes.
struct WatchedFolder: Sendable {
    let url: URL

    var path: String { self.url.path }

    static func with<Result>(_ body: (WatchedFolder) async throws -> Result) async throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "sluice-watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(WatchedFolder(url: url.resolvingSymlinksInPath()))
    }

    /// Writes a file of that name, in one step as editors and linkers do.
    func write(_ text: String = "", to name: String) throws {
        let file = self.url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file, options: .atomic)
    }

    /// The scripted function, whose chunks tell which version of it wrote them.
    func writeFunction(_ version: String, to name: String = "function.py") throws {
        let script = try ScriptedFunction.command.last ?? ""
        let text = try String(contentsOfFile: script, encoding: .utf8)
        let place = "        for _ in range(times):"
        try self.write(text.replacing(place, with: "        text = '\(version) ' + text\n" + place), to: name)
    }

    func configuration(concurrency: Int = 10) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration(concurrency: concurrency)
        function.command = Array(function.command.dropLast()) + ["function.py"]
        function.workingDirectory = self.path
        return function
    }

    /// Runs the function, and watches its script and the folder `sources`, until the closure ends.
    ///
    /// - Parameter build: its command, as an argument of `sh -c`.
    func run(
        build: String? = nil,
        paths: [String] = ["sources"],
        beside others: [FunctionConfiguration] = [],
        _ body: @Sendable @escaping (LocalLambda) async throws -> Void
    ) async throws {
        let function = try self.configuration()
        var watch = WatchConfiguration(
            functions: [function] + others,
            paths: paths,
            buildCommand: build.map { ["sh", "-c", $0] } ?? [],
            workingDirectory: self.path
        )
        watch.interval = .milliseconds(20)
        try await LocalLambda.run(function) { [watch] lambda in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await FunctionWatch(watch, of: lambda.addresses.control).run() }
                tasks.addTask { try await body(lambda) }
                defer { tasks.cancelAll() }
                try await tasks.next()
            }
        }
    }
}

extension LocalLambda.Log {
    func news(_ what: String, count: Int = 1, where pick: @escaping @Sendable (WatchNews) -> Bool) async throws {
        try await self.wait(for: count, what) { if case .watch(let news) = $0 { pick(news) } else { false } }
    }

    func watching() async throws {
        try await self.news("watching") { if case .watching = $0 { true } else { false } }
    }

    func builds(_ count: Int) async throws {
        try await self.news("the end of a build", count: count) { if case .buildEnded = $0 { true } else { false } }
    }

    func renewals(_ count: Int) async throws {
        try await self.wait(for: count, "a renewal") { if case .renewed = $0 { true } else { false } }
    }

    var leftOutCount: Int { self.count { if case .watch(.leftOut) = $0 { true } else { false } } }
    var startedBuilds: Int { self.count { if case .watch(.buildStarted) = $0 { true } else { false } } }
    var renewalCount: Int { self.count { if case .renewed = $0 { true } else { false } } }
}
