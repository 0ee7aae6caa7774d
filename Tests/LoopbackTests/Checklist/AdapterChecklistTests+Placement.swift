// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// Where the adapter lies, when it asks, and whom.
extension AdapterChecklistTests {
    @Test("1: in a folder of extensions it registers under its file's name, and keeps one call for the next event open")
    func externalExtension() async throws {
        try await Self.withCopy(at: "opt/extensions/my-adapter") { program, _ in
            try await ScriptedAdapter.run(program: program, command: []) { adapter in
                let registration = try await adapter.lambda.accept()
                let (head, body) = try await registration.readWhole()
                #expect(head.hasPrefix("POST /2020-01-01/extension/register HTTP/1.1\r\n"))
                #expect(head.contains("Lambda-Extension-Name: my-adapter\r\n") && body == #"{"events":[]}"#)
                // Lambda starts the application when all extensions have registered.
                #expect(adapter.application.connectionCount == 0)
                try await registration.reply("200 OK", fields: ["Lambda-Extension-Identifier: id-1"])
                _ = try await adapter.application.accept()
                // The runtime goes on with the connection that the registration came on.
                let runtime = registration
                try await runtime.readNext()
                let held = try await adapter.lambda.accept()
                let hold = try await held.readHead()
                #expect(hold.hasPrefix("GET /2020-01-01/extension/event/next HTTP/1.1\r\n"))
                #expect(hold.contains("Lambda-Extension-Identifier: id-1\r\n"))
                try await runtime.sendInvocation(ScriptedAdapter.event(), requestID: "req-1")
                let request = try await adapter.application.accept()
                _ = try await request.readHead()
                try await request.send("HTTP/1.1 204 No Content\r\n\r\n")
                _ = try await runtime.readStream()
                try await runtime.reply()
                try await runtime.readNext()
                #expect(held.unread.isEmpty && adapter.lambda.connectionCount == 2)
            }
        }
    }

    @Test("1: as AWS_LAMBDA_EXEC_WRAPPER it starts what the handler names, whatever the runtime's command is")
    func wrapper() async throws {
        try await Self.withCopy(at: "opt/bootstrap") { program, folder in
            let script = folder.appending(path: "run.sh")
            try Data("#!/bin/sh\necho started\nexec sleep 1000\n".utf8).write(to: script)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
            let command = ["/var/lang/bin/python3", "/var/runtime/bootstrap.py"]
            let variables = ["_HANDLER": "run.sh", "LAMBDA_TASK_ROOT": folder.path]
            try await ScriptedAdapter.run(program: program, command: command, variables: variables) { adapter in
                #expect(try await adapter.process.line() == "started")
                try await adapter.start().readNext()
            }
        }
    }

    @Test("2: with a page to ask for it waits until that answers with a status of the list")
    func healthyStatus() async throws {
        let variables = [
            "AWS_LWA_READINESS_CHECK_PATH": "/up?full=1", "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS": "200-204,401",
        ]
        try await ScriptedAdapter.run(variables: variables) { adapter in
            for status in ["503 Later", "302 Elsewhere", "205 Not Yet", "401 Who"] {
                let look = try await adapter.application.accept()
                #expect(try await look.readHead().hasPrefix("GET /up?full=1 HTTP/1.1\r\n"))
                #expect(adapter.lambda.connectionCount == 0, "before \(status)")
                try await look.send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
            }
            try await adapter.refuseExtension().readNext()
        }
    }

    @Test("12: asks on an address that is not loopback, and at a host by its name")
    func otherHosts() async throws {
        let addresses = try System.enumerateDevices().compactMap(\.address)
        let own = addresses.first { $0.protocol == .inet && $0.ipAddress?.hasPrefix("127.") == false }?.ipAddress
        for host in [own, "localhost"].compactMap({ $0 }) {
            try await withScriptedServer(host: host == "localhost" ? "127.0.0.1" : host) { lambda in
                let address = "\(host):\(lambda.port)"
                try await ScriptedAdapter.run(variables: ["AWS_LAMBDA_RUNTIME_API": address]) { adapter in
                    _ = try await adapter.application.accept()
                    #expect(try await lambda.accept().readHead().contains("Host: \(address)\r\n"))
                }
            }
        }
    }

    static func withCopy(at path: String, _ body: (String, URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: program.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try FileManager.default.copyItem(at: BuiltProducts.url(of: "sluice-adapter"), to: program)
        try await body(program.path, folder)
    }
}
