// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import SluiceCLI

/// Applications of the frameworks that people use, unchanged, behind the adapter in the local Lambda.
@Suite(.timeLimit(.minutes(10))) struct FrameworkTests {
    struct Framework: Sendable, CustomTestStringConvertible {
        let name: String
        let tools: [Tool]
        /// The words behind `--`, for an application that listens on the port.
        let command: @Sendable (_ folder: URL, _ port: Int) async throws -> [String]
        var testDescription: String { self.name }
    }

    static var all: [Framework] {
        #if Hummingbird
        Self.examples + [Self.hummingbird]
        #else
        Self.examples
        #endif
    }

    /// A Swift server over TCP, for which the adapter is one program among others.
    private static let hummingbird = Framework(name: "Hummingbird", tools: []) { _, port in
        [try BuiltProducts.url(of: "HummingbirdServer").path, "\(port)"]
    }

    private static let examples = [
        Framework(name: "FastAPI", tools: [.fastapi]) { folder, port in
            [
                "python3", "-m", "uvicorn", "app:app", "--app-dir", folder.path, "--port", "\(port)", "--log-level",
                "warning",
            ]
        },
        Framework(name: "Flask", tools: [.flask]) { folder, port in
            [
                "python3", "-m", "gunicorn", "--threads", "4", "--bind", "127.0.0.1:\(port)", "--chdir", folder.path,
                "app:app",
            ]
        },
        Framework(name: "Node", tools: [.node]) { folder, _ in ["node", folder.appending(path: "server.mjs").path] },
        Framework(name: "Go", tools: [.go]) { folder, _ in
            let program = RepositoryRoot.url(".build/adapted-go").path
            let build = try await runProgram(
                try Tools.path(of: .go),
                ["build", "-o", program, folder.appending(path: "main.go").path],
                within: .seconds(300)
            )
            #expect(build.exit == .code(0), "\(build)")
            return [program]
        },
        Framework(name: "PHP", tools: [.php]) { folder, port in
            ["php", "-S", "127.0.0.1:\(port)", folder.appending(path: "index.php").path]
        },
    ]

    static func withFramework(
        _ framework: Framework,
        mode: String,
        _ body: (SluiceProcess, String) async throws -> Void
    ) async throws {
        for tool in framework.tools { _ = try Tools.path(of: tool) }
        let port = try await freePort()
        let folder = RepositoryRoot.url("Examples/WebAdapter/\(framework.name)")
        let adapter = try BuiltProducts.url(of: "sluice-adapter").path
        let words = [adapter, "--"] + (try await framework.command(folder, port))
        let command = words.map { "'\($0)'" }.joined(separator: " ")
        let options = [
            "--concurrency", "1", "--limit", "requests-per-second=off", "--timeout", "20", "--memory", "512",
            "--invoke-mode", mode,
            "--env", "AWS_LWA_PORT=\(port)", "--env", "PORT=\(port)", "--env",
            "AWS_LWA_INVOKE_MODE=\(mode.lowercased())",
            "--env", "PYTHONPATH=\(Tools.pythonPath)",
        ]
        try await withSluice(functions: ["app=\(command)"], options) { sluice in
            try await body(sluice, try sluice.url("app"))
        }
    }

    @Test(arguments: Self.all, ["RESPONSE_STREAM", "BUFFERED"])
    func answersAsItDoesWithoutLambda(framework: Framework, mode: String) async throws {
        try await Self.withFramework(framework, mode: mode) { _, url in
            let hello = try await curl(url + "?name=Ada%20L")
            #expect(hello.status == 200, "\(hello)")
            #expect(hello.text.filter { $0 != " " && $0 != "\n" } == #"{"hello":"AdaL"}"#)
            let bytes = String(repeating: "x", count: 100_000)
            let upload = try await curl(url + "upload", ["--data-binary", bytes])
            #expect(upload.text.filter { $0 != " " && $0 != "\n" } == #"{"bytes":100000}"#)
            let clock = try await curl(url + "clock?ticks=2&every=0.01")
            #expect(clock.text == "tick 1\ntick 2\n")
        }
    }

    /// A gathered answer would come at once, at its end.
    @Test(arguments: Self.all)
    func streamsAsItIsWritten(framework: Framework) async throws {
        try await Self.withFramework(framework, mode: "RESPONSE_STREAM") { _, url in
            _ = try await curl(url)
            let request = StreamRequest(url: try HTTPAddress(url + "clock?ticks=3&every=0.4"), method: .get)
            var times: [Duration] = []
            var text = ""
            try await StreamClient().run(request) { event in
                guard case .chunk(let bytes, let at) = event else { return }
                text += String(buffer: bytes)
                times.append(at)
            }
            #expect(text == "tick 1\ntick 2\ntick 3\n")
            let first = try #require(times.first)
            let last = try #require(times.last)
            #expect(last - first >= .milliseconds(400), "\(times)")
        }
    }
}
