// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

/// A folder of extensions that do what their scripts say; see `Fixtures/scripted_extension.py`.
struct ScriptedExtensions {
    /// One extension's script, as JSON has it.
    struct Script {
        var events = ["INVOKE", "SHUTDOWN"]
        /// The name that it registers under, where that is not its file's.
        var name: String?
        /// Before it registers, after that, and for each event.
        var start: [[Any]] = []
        var initialisation: [[Any]] = []
        var invoke: [[Any]] = []
        var shutdown: [[Any]] = []
        /// What it subscribes to; `protocol` says how it listens.
        var telemetry: [String: Any]?
        /// So many deliveries it answers with 500.
        var refusedPosts = 0

        static func telemetry(_ protocolName: String = "HTTP", types: [String]) -> [String: Any] {
            [
                "protocol": protocolName, "schemaVersion": "2022-12-13", "types": types,
                "buffering": ["maxItems": 1_000, "maxBytes": 262_144, "timeoutMs": 25],
            ]
        }
    }

    let folder: String
    private let trace: URL

    /// Writes an executable for each script, of that name.
    static func with<Result>(
        _ scripts: [String: Script],
        _ body: (ScriptedExtensions) async throws -> Result
    ) async throws -> Result {
        let base = FileManager.default.temporaryDirectory.appending(path: "sluice-extensions-\(UUID().uuidString)")
        let folder = base.appending(path: "extensions")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: base) }
        let extensions = Self(folder: folder.path, trace: base.appending(path: "trace"))
        for (name, script) in scripts { try extensions.write(script, to: folder.appending(path: name)) }
        return try await body(extensions)
    }

    private func write(_ script: Script, to file: URL) throws {
        var object: [String: Any] = [
            "events": script.events, "start": script.start, "init": script.initialisation, "INVOKE": script.invoke,
            "SHUTDOWN": script.shutdown, "trace": self.trace.path, "refuse_posts": script.refusedPosts,
        ]
        object["name"] = script.name
        object["telemetry"] = script.telemetry
        let json = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        let program = RepositoryRoot.url("Tests/LoopbackTests/Emulator/Fixtures/scripted_extension.py").path
        let python = try ScriptedFunction.command[0]
        // None of them has a quote in it.
        let text = "#!/bin/sh\nexec '\(python)' -I -S '\(program)' \"$(basename \"$0\")\" '\(json)'\n"
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// A function with these extensions.
    func configuration(
        initialisation: [ScriptedFunction.Step] = [],
        timeout: TimeAmount = .seconds(60),
        initLimit: TimeAmount = .seconds(10)
    ) throws -> FunctionConfiguration {
        var function = try ScriptedFunction.configuration(initialisation: initialisation)
        function.timeout = timeout
        function.initLimit = initLimit
        function.extensionFolders = [self.folder]
        return function
    }

    /// What the extensions have seen, each entry an object with one member beside `by`.
    func entries() throws -> [[String: Any]] {
        guard let text = try? String(contentsOf: self.trace, encoding: .utf8) else { return [] }
        return try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    func entries(_ kind: String, by name: String? = nil) throws -> [[String: Any]] {
        try self.entries().filter { name == nil || $0["by"] as? String == name }
            .compactMap { $0[kind] as? [String: Any] }
    }

    /// The events that they got, by their types, and of `SHUTDOWN` the reason.
    func events(by name: String? = nil) throws -> [String] {
        try self.entries("event", by: name).map { event in
            let type = event["eventType"] as? String ?? ""
            return (event["shutdownReason"] as? String).map { "\(type) \($0)" } ?? type
        }
    }
}

extension LocalLambda.Log {
    /// Waits for an extension that has this line printed.
    func extensionPrinted(_ line: String) async throws {
        try await self.first("an extension that prints \(line)") { kind -> Bool? in
            if case .extensions(.output(_, _, line)) = kind { true } else { nil }
        }
    }

    /// The lines of extensions, and END and REPORT, in their order.
    var story: [String] {
        self.all.compactMap { event in
            switch event.kind {
            case .extensions(.output(_, _, let line)), .output(_, let line): line
            case .end: "END"
            case .report: "REPORT"
            default: nil
            }
        }
    }
}
