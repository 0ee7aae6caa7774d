// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// A function among services, in a process of its own.
@Suite struct ServiceProcessTests {
    private func withProcess(
        _ fault: String,
        _ body: (TestSupport.ScriptedServer, ChildProcess) async throws -> Void
    ) async throws {
        let program = try BuiltProducts.url(of: "FixtureFunction").path
        try await withScriptedServer { server in
            let environment = ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)"]
            try await withChildProcess(program, ["services", fault], environment: environment) { child in
                try await body(server, child)
            }
        }
    }

    @Test func onTheSignalTheFunctionEndsFirstAndItsServicesInReverseOrder() async throws {
        try await self.withProcess("none") { server, child in
            let first = try await server.accept()
            #expect(try await first.readWhole().head.hasPrefix("POST /2020-01-01/extension/register HTTP/1.1\r\n"))
            try await first.reply("200 OK", fields: ["Lambda-Extension-Identifier: id-1"])
            try await first.readNext()
            #expect(try await server.accept().readHead().hasPrefix("GET /2020-01-01/extension/event/next "))
            #expect(try await child.terminate() == .code(0))
            let lines = String(decoding: try await child.end(of: .standardOutput), as: UTF8.self)
            #expect(lines == "first: begun\nsecond: begun\nfunction: set up\nsecond: ended\nfirst: ended\n")
        }
    }

    @Test(arguments: [
        ("throws", "Function.OutOfOrder", "the pump is out of order"),
        ("returns", "Function.ServiceEnded", "it returned, though nothing had asked it to"),
    ])
    func aServiceThatFailsAtTheStartFailsInitialisation(fault: String, type: String, message: String) async throws {
        try await self.withProcess(fault) { server, child in
            let connection = try await server.accept()
            let (head, body) = try await connection.readWhole()
            #expect(head.hasPrefix("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"))
            #expect(head.contains("\r\nLambda-Runtime-Function-Error-Type: \(type)\r\n"))
            #expect(body.contains(message))
            try await connection.reply()
            #expect(try await child.exit() == .code(1))
            let errors = String(decoding: try await child.end(of: .standardError), as: UTF8.self)
            #expect(errors.contains("the function failed to start: the service second: \(type): \(message)"))
        }
    }
}
