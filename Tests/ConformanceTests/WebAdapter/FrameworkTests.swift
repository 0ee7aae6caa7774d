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

    static let all = [
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

    private static func withFramework(
        _ framework: Framework,
        mode: String,
        _ body: (SluiceProcess, String) async throws -> Void
    ) async throws {
        for tool in framework.tools { _ = try Tools.path(of: tool) }
        let port = try await withScriptedServer { $0.port }
        let folder = RepositoryRoot.url("Examples/WebAdapter/\(framework.name)")
        let adapter = try BuiltProducts.url(of: "sluice-adapter").path
        let words = [adapter, "--"] + (try await framework.command(folder, port))
        let command = words.map { "'\($0)'" }.joined(separator: " ")
        let options = [
            "--concurrency", "1", "--timeout", "20", "--memory", "512", "--invoke-mode", mode,
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

    /// Files, and another server's stream behind it.
    @Test(arguments: ["RESPONSE_STREAM", "BUFFERED"])
    func nginxServesItsFiles(mode: String) async throws {
        let nginx = try Tools.path(of: .nginx)
        let port = try await withScriptedServer { $0.port }
        let example = RepositoryRoot.url("Examples/WebAdapter/nginx")
        // Its worker is another user, who may not see where the repository lies.
        let folder = URL(filePath: "/tmp/sluice-nginx-\(port)")
        try FileManager.default.copyItem(at: example, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = folder.appending(path: "nginx.conf")
        let text = try String(contentsOf: settings, encoding: .utf8)
            .replacing("8080", with: "\(port)").replacing("/tmp/nginx", with: folder.path + "/nginx")
        try text.write(to: settings, atomically: true, encoding: .utf8)
        let adapter = try BuiltProducts.url(of: "sluice-adapter").path
        let command = "'\(adapter)' -- '\(nginx)' -p '\(folder.path)/' -c nginx.conf"
        let options = [
            "--concurrency", "1", "--invoke-mode", mode, "--env", "AWS_LWA_PORT=\(port)",
            "--env", "AWS_LWA_INVOKE_MODE=\(mode.lowercased())",
        ]
        try await withSluice(functions: ["web=\(command)"], options) { sluice in
            let url = try sluice.url("web")
            let page = try await curl(url + "index.html")
            #expect(page.status == 200 && page.text.hasSuffix("<p>hello from nginx\n"), "\(page)")
            #expect(try await curl(url + "nothing").status == 404)
            #expect(try await curl(url + "index.html", ["-I"]).status == 200)
            let unchanged = try await curl(url, ["-H", "If-None-Match: \(page["etag"].first ?? "")"])
            #expect(unchanged.status == 304 && unchanged.body.isEmpty)
        }
    }
}
