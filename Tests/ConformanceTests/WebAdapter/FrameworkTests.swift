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
        /// Where the application is below the function's own address.
        var path = ""
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
        Framework(name: "Express", tools: [.express]) { folder, _ in ["node", folder.appending(path: "app.js").path] },
        Framework(name: "Rails", tools: [.rails]) { folder, port in
            ["puma", "--bind", "tcp://127.0.0.1:\(port)", "--threads", "4", folder.appending(path: "config.ru").path]
        },
        Framework(name: "Go", tools: [.go]) { folder, port in
            let made = Self.scratch(port)
            try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
            let program = made.appending(path: "server").path
            let build = try await runProgram(
                try Tools.path(of: .go),
                ["build", "-o", program, folder.appending(path: "main.go").path],
                within: .seconds(300)
            )
            #expect(build.exit == .code(0), "\(build)")
            return [program]
        },
        // Over TCP, as any other server.
        Framework(name: "Hummingbird", tools: []) { _, _ in [try await ExamplePackages.program("HummingbirdApp")] },
        Framework(name: "PHP", tools: [.php]) { folder, port in
            ["php", "-S", "127.0.0.1:\(port)", folder.appending(path: "index.php").path]
        },
        // What it can answer with beside its files is another server's, which it passes on.
        Framework(name: "nginx", tools: [.nginx, .node], path: "proxied/") { folder, port in
            let server = folder.deletingLastPathComponent().appending(path: "Node/server.mjs").path
            let proxied = try await freePort()
            let nginx = try Self.nginx(folder, port, proxied: proxied).joined(separator: " ")
            return ["sh", "-c", "PORT=\(proxied) node \(server) & exec \(nginx)"]
        },
    ]

    /// A copy of its example on these ports, since its worker is another user, who may not see where the repository lies.
    private static func nginx(_ example: URL, _ port: Int, proxied: Int) throws -> [String] {
        let folder = Self.scratch(port)
        try FileManager.default.copyItem(at: example, to: folder)
        let settings = folder.appending(path: "nginx.conf")
        let text = try String(contentsOf: settings, encoding: .utf8)
            .replacing("8080", with: "\(port)").replacing("8081", with: "\(proxied)")
            .replacing("/tmp/nginx", with: folder.path + "/nginx")
        try text.write(to: settings, atomically: true, encoding: .utf8)
        return [try Tools.path(of: .nginx), "-p", folder.path + "/", "-c", "nginx.conf"]
    }

    /// A folder that a command may make, which goes with the test.
    private static func scratch(_ port: Int) -> URL { URL(filePath: "/tmp/sluice-framework-\(port)") }

    /// - Parameter examples: where the folder of each framework lies; those of the repository by default.
    static func withFramework(
        _ framework: Framework,
        mode: String,
        examples: URL = RepositoryRoot.url("Examples/WebAdapter"),
        _ body: (SluiceProcess, String) async throws -> Void
    ) async throws {
        for tool in framework.tools { _ = try Tools.path(of: tool) }
        let port = try await freePort()
        defer { try? FileManager.default.removeItem(at: Self.scratch(port)) }
        let folder = examples.appending(path: framework.name)
        let adapter = try BuiltProducts.url(of: "sluice-adapter").path
        let words = [adapter, "--"] + (try await framework.command(folder, port))
        let command = words.map { "'\($0)'" }.joined(separator: " ")
        let options = [
            "--concurrency", "1", "--limit", "requests-per-second=off", "--timeout", "20", "--memory", "512",
            "--invoke-mode", mode,
            "--env", "AWS_LWA_PORT=\(port)", "--env", "PORT=\(port)", "--env",
            "AWS_LWA_INVOKE_MODE=\(mode.lowercased())",
            "--env", "PYTHONPATH=\(Tools.pythonPath)", "--env", "NODE_PATH=\(Tools.nodePath)",
        ]
        try await withSluice(functions: ["app=\(command)"], options) { sluice in
            try await body(sluice, try sluice.url("app"))
        }
    }

    /// A server behind the application may not listen yet, of which the application tells.
    static func ready(_ url: String) async throws -> String {
        var looks = 0
        while looks < 100, try await curl(url).status == 502 { looks += 1 }
        return url
    }

    @Test(arguments: Self.all, ["RESPONSE_STREAM", "BUFFERED"])
    func answersAsItDoesWithoutLambda(framework: Framework, mode: String) async throws {
        try await Self.withFramework(framework, mode: mode) { _, url in
            let url = try await Self.ready(url + framework.path)
            let hello = try await curl(url + "?name=Ada%20L")
            #expect(hello.status == 200, "\(hello)")
            #expect(hello.text.filter { $0 != " " && $0 != "\n" } == #"{"hello":"AdaL"}"#)
            let bytes = String(repeating: "x", count: 100_000)
            // Not as a form, which it is not: to take it for one, Rails needs a name of 100,000 letters, and refuses that.
            let type = "content-type: application/octet-stream"
            let upload = try await curl(url + "upload", ["-H", type, "--data-binary", bytes])
            #expect(upload.text.filter { $0 != " " && $0 != "\n" } == #"{"bytes":100000}"#)
            let clock = try await curl(url + "clock?ticks=2&every=0.01")
            #expect(clock.text == "tick 1\ntick 2\n")
        }
    }

    /// The second tick would come in an hour: the first has waited for nothing behind it.
    @Test(arguments: Self.all)
    func streamsAsItIsWritten(framework: Framework) async throws {
        try await Self.withFramework(framework, mode: "RESPONSE_STREAM") { _, url in
            let url = try await Self.ready(url + framework.path)
            let request = StreamRequest(url: try HTTPAddress(url + "clock?ticks=2&every=3600"), method: .get)
            struct Enough: Error {}
            await #expect(throws: Enough.self) {
                try await StreamClient().run(request) { event in
                    guard case .chunk(let bytes, _) = event else { return }
                    #expect(String(buffer: bytes) == "tick 1\n")
                    throw Enough()
                }
            }
        }
    }
}
