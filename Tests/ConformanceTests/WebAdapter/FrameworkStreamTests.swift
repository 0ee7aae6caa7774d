// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import SluiceCLI

/// The same applications, each in a copy that waits for the test where it would wait for time to pass: no line is written
/// before the one in front of it has been read at the other end of Lambda.
@Suite(.timeLimit(.minutes(10))) struct FrameworkStreamTests {
    /// One statement of an example and what stands in its place: `every` is a port there, and who connects waits for the end.
    struct Change: Sendable {
        /// Below the folder of the examples.
        let file: String
        let wait: String
        let gate: String
        var also: (String, String)?
    }

    private static let node = Change(
        file: "Node/server.mjs",
        wait: "await sleep(every * 1000);",
        gate: """
            const { connect } = await import("node:net");
            await new Promise((done) => connect(every, "127.0.0.1").on("close", done).resume());
            """
    )

    private static let changes = [
        "FastAPI": Change(
            file: "FastAPI/app.py",
            wait: "await asyncio.sleep(every)",
            // Both are kept: a writer that nobody holds closes the connection.
            gate: #"ends = await asyncio.open_connection("127.0.0.1", int(every)); await ends[0].read()"#
        ),
        "Flask": Change(
            file: "Flask/app.py",
            wait: "time.sleep(every)",
            gate: #"__import__("socket").create_connection(("127.0.0.1", int(every))).recv(1)"#
        ),
        "Node": Self.node, "nginx": Self.node,
        "Express": Change(file: "Express/app.js", wait: Self.node.wait, gate: Self.node.gate),
        "Rails": Change(
            file: "Rails/config.ru",
            wait: "sleep params.fetch(:every, 1).to_f",
            gate: #"TCPSocket.new("127.0.0.1", params.fetch(:every).to_i).read"#
        ),
        "Go": Change(
            file: "Go/main.go",
            wait: "time.Sleep(every)",
            gate: """
                if gate, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", every/time.Second)); err == nil {
                    io.Copy(io.Discard, gate)
                }
                """,
            also: (#""net/http""#, "\"net\"\n\t\"net/http\"")
        ),
        "PHP": Change(
            file: "PHP/index.php",
            wait: #"usleep((int) (1000000 * (float) ($_GET["every"] ?? 1)));"#,
            gate: #"stream_get_contents(stream_socket_client("tcp://127.0.0.1:" . $_GET["every"]));"#
        ),
    ]

    /// Hummingbird's has to be compiled, which takes minutes; `FrameworkTests` has it as it is.
    private static let frameworks = FrameworkTests.all.filter { Self.changes[$0.name] != nil }

    private static func withCopy(
        for framework: FrameworkTests.Framework,
        _ body: (URL) async throws -> Void
    ) async throws {
        let change = try #require(Self.changes[framework.name])
        try await withTemporaryFolder { folder in
            let own = [framework.name, String(change.file.prefix { $0 != "/" })]
            for name in Set(own) {
                let example = RepositoryRoot.url("Examples/WebAdapter/\(name)")
                try FileManager.default.copyItem(at: example, to: folder.appending(path: name))
            }
            let file = folder.appending(path: change.file)
            let text = try String(contentsOf: file, encoding: .utf8)
            try #require(text.contains(change.wait), "the example waits in another way now")
            var gated = text.replacing(change.wait, with: change.gate)
            if let (old, new) = change.also { gated = gated.replacing(old, with: new) }
            try gated.write(to: file, atomically: true, encoding: .utf8)
            try await body(folder)
        }
    }

    @Test(arguments: Self.frameworks)
    func eachLineIsReadBeforeTheNextIsWritten(framework: FrameworkTests.Framework) async throws {
        for tool in framework.tools { _ = try Tools.path(of: tool) }
        try await Self.withCopy(for: framework) { examples in
            try await withScriptedServer { gate in
                try await FrameworkTests.withFramework(framework, mode: "RESPONSE_STREAM", examples: examples) {
                    _,
                    url in
                    let url = try await FrameworkTests.ready(url + framework.path)
                    let address = try HTTPAddress(url + "clock?ticks=3&every=\(gate.port)")
                    var chunks: [String] = []
                    var end: StreamEnd?
                    try await StreamClient().run(StreamRequest(url: address, method: .get)) { event in
                        if case .end(let last, _) = event { end = last }
                        guard case .chunk(let bytes, _) = event else { return }
                        chunks.append(String(buffer: bytes))
                        // It stands at the gate and nobody has let it through.
                        let waiting = try await gate.accept()
                        #expect(gate.connectionCount == chunks.count)
                        await waiting.close()
                    }
                    #expect(chunks == ["tick 1\n", "tick 2\n", "tick 3\n"])
                    #expect(end == .complete)
                }
            }
        }
    }
}
