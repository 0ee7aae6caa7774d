// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import SluiceCLI

/// nginx behind the adapter: its files, and another server's stream that it passes on.
@Suite(.timeLimit(.minutes(5)), .requires(.nginx)) struct NginxTests {
    private static func withNginx(
        mode: String,
        proxied: Int? = nil,
        _ body: (SluiceProcess, String) async throws -> Void
    ) async throws {
        let nginx = try Tools.path(of: .nginx)
        let port = try await freePort()
        let example = RepositoryRoot.url("Examples/WebAdapter/nginx")
        // Its worker is another user, who may not see where the repository lies.
        let folder = URL(filePath: "/tmp/sluice-nginx-\(port)")
        try FileManager.default.copyItem(at: example, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = folder.appending(path: "nginx.conf")
        let text = try String(contentsOf: settings, encoding: .utf8)
            .replacing("8080", with: "\(port)").replacing("8081", with: "\(proxied ?? 9)")
            .replacing("/tmp/nginx", with: folder.path + "/nginx")
        try text.write(to: settings, atomically: true, encoding: .utf8)
        let adapter = try BuiltProducts.url(of: "sluice-adapter").path
        let command = "'\(adapter)' -- '\(nginx)' -p '\(folder.path)/' -c nginx.conf"
        let options = [
            "--concurrency", "1", "--limit", "requests-per-second=off",
            "--invoke-mode", mode, "--env",
            "AWS_LWA_PORT=\(port)",
            "--env", "AWS_LWA_INVOKE_MODE=\(mode.lowercased())", "--timeout", "60",
        ]
        try await withSluice(functions: ["web=\(command)"], options) { sluice in
            try await body(sluice, try sluice.url("web"))
        }
    }

    @Test(arguments: ["RESPONSE_STREAM", "BUFFERED"]) func servesItsFiles(mode: String) async throws {
        try await Self.withNginx(mode: mode) { _, url in
            let page = try await curl(url + "index.html")
            #expect(page.status == 200 && page.text.hasSuffix("<p>hello from nginx\n"), "\(page)")
            #expect(try await curl(url + "nothing").status == 404)
            #expect(try await curl(url + "index.html", ["-I"]).status == 200)
            let unchanged = try await curl(url, ["-H", "If-None-Match: \(page["etag"].first ?? "")"])
            #expect(unchanged.status == 304 && unchanged.body.isEmpty)
        }
    }

    /// The second tick would come in an hour: the first has waited for nothing behind it.
    @Test(.requires(.node)) func passesAnotherServersStreamOnAsItComes() async throws {
        let port = try await freePort()
        let server = RepositoryRoot.url("Examples/WebAdapter/Node/server.mjs").path
        try await withChildProcess(try Tools.path(of: .node), [server], environment: ["PORT": "\(port)"]) { _ in
            try await Self.withNginx(mode: "RESPONSE_STREAM", proxied: port) { _, url in
                // The server may not listen yet, of which nginx tells.
                while try await curl(url + "proxied/").status == 502 {}
                let request = StreamRequest(
                    url: try HTTPAddress(url + "proxied/clock?ticks=2&every=3600"),
                    method: .get
                )
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
}
