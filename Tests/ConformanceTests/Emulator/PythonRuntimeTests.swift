// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// AWS's own runtime client for Python, behind our service, called by boto3: neither end of it was written here.
@Suite struct PythonRuntimeTests {
    private struct Report: Decodable {
        var errorType: String
        var errorMessage: String
        var stackTrace: [String]?
    }

    private static func report(_ reply: Boto.Line) throws -> Report {
        #expect(reply.status == 200)
        #expect(reply.functionError == "Unhandled")
        return try JSONDecoder().decode(Report.self, from: Data(try #require(reply.payload).utf8))
    }

    private static func withRuntime(
        _ options: [String] = [],
        _ body: (SluiceProcess, Boto) async throws -> Void
    ) async throws {
        let command = "\(try await Python.interpreter()) -m awslambdaric handlers.handler"
        try await withSluice(
            functions: [
                "py=\(command)", "broken=/usr/bin/env BREAK=1 \(command)",
                "unrestored=/usr/bin/env BREAK_RESTORE=1 \(command)",
            ],
            options + [
                "--timeout", "600", "--env", "PYTHONPATH=\(Fixture.folder):\(Tools.pythonPath)",
                "--env", "PYTHONDONTWRITEBYTECODE=1",
            ]
        ) { sluice in
            try await withBoto(sluice) { try await body(sluice, $0) }
        }
    }

    /// AWS's own client of the metadata endpoint.
    @Test(.requires(.awslambdaric, .boto3, .powertools))
    func powertoolsFindsTheZone() async throws {
        try await Self.withRuntime { _, boto in
            let reply = try await boto.send(payload: #"{"do":"zone"}"#, function: "py")
            #expect(reply.payload == #""use1-az1""#, "\(reply)")
        }
    }

    @Test(.requires(.awslambdaric, .boto3))
    func aHandlerGetsItsEventAndItsContext() async throws {
        try await Self.withRuntime { _, boto in
            let plain = try await boto.send(payload: #"{"a":[1,"b"]}"#, function: "py")
            #expect(plain.payload == #"{"got": {"a": [1, "b"]}}"#, "\(plain)")
            let reply = try await boto.send(
                payload: #"{"do":"context"}"#,
                function: "py",
                // {"custom":{"a":1}}
                arguments: ["ClientContext": "eyJjdXN0b20iOnsiYSI6MX19"]
            )
            let arn = "arn:aws:lambda:us-east-1:123456789012:function:py"
            #expect(
                reply.payload == """
                    {"id": "\(reply.requestID ?? "")", "arn": "\(arn)", "name": "py", "hasTime": true, "client": {"a": 1}}
                    """
            )
        }
    }

    @Test(.requires(.awslambdaric, .boto3))
    func whatAHandlerRaisesReachesTheCallerWithItsTrace() async throws {
        try await Self.withRuntime { _, boto in
            for _ in 0..<2 {
                let reply = try await boto.send(payload: #"{"do":"raise"}"#, function: "py")
                let report = try Self.report(reply)
                #expect(report.errorType == "ValueError")
                #expect(report.errorMessage == "no such thing")
                #expect(report.stackTrace?.last?.contains(#"raise ValueError("no such thing")"#) == true)
            }
            #expect(try await boto.send(payload: "{}", function: "py").payload == #"{"got": {}}"#)
        }
    }

    @Test(.requires(.awslambdaric, .boto3))
    func aModuleThatCannotBeImportedIsAnErrorOfTheInitialisation() async throws {
        try await Self.withRuntime { sluice, boto in
            let report = try Self.report(try await boto.send(payload: "{}", function: "broken"))
            #expect(report.errorType == "Runtime.ImportModuleError")
            #expect(report.errorMessage.contains("No module named 'there_is_no_such_module'"))
            try await sluice.logLine { $0.contains("failed: Runtime.ImportModuleError") }
        }
    }

    /// It knows no streams: its result comes whole.
    @Test(.requires(.awslambdaric, .boto3))
    func aStreamingCallGetsItsResultAndItsError() async throws {
        try await Self.withRuntime { _, boto in
            try await boto.beginStream("[]", function: "py")
            #expect(try await boto.line().status == 200)
            let good = try await boto.finishStream()
            #expect(good.text == #"{"got": {"script": []}}"#)
            #expect(good.complete.ErrorCode == nil)
            try await boto.beginStream("[]", function: "broken")
            #expect(try await boto.line().status == 200)
            let broken = try await boto.finishStream()
            #expect(broken.text.isEmpty)
            #expect(broken.complete.ErrorCode == "Runtime.ImportModuleError")
            let report = try JSONDecoder().decode(
                Report.self,
                from: Data(try #require(broken.complete.ErrorDetails).utf8)
            )
            #expect(report.errorMessage.contains("No module named 'there_is_no_such_module'"))
        }
    }

    @Test(.requires(.awslambdaric, .boto3))
    func whatAHandlerPrintsAndLogsIsInTheTailOfItsInvocation() async throws {
        try await Self.withRuntime { _, boto in
            let reply = try await boto.send(payload: #"{"do":"log"}"#, function: "py", arguments: ["LogType": "Tail"])
            let data = try #require(reply.logResult.flatMap { Data(base64Encoded: $0) })
            let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(lines.first?.hasPrefix("START RequestId: \(reply.requestID ?? "")") == true, "\(lines)")
            #expect(lines.contains("printed"), "\(lines)")
            let warning = lines.first { $0.hasPrefix("[WARNING]\t") }
            #expect(warning?.hasSuffix("\t\(reply.requestID ?? "")\twarned") == true, "\(lines)")
            #expect(lines.contains("of two lines"), "\(lines)")
            #expect(lines.last?.hasPrefix("REPORT RequestId: ") == true, "\(lines)")
        }
    }

    @Test(.requires(.awslambdaric, .boto3))
    func itsHooksRunAfterTheRestoreFromASnapshot() async throws {
        try await Self.withRuntime(["--snap-start"]) { sluice, boto in
            for _ in 0..<2 {
                #expect(try await boto.send(payload: #"{"do":"restores"}"#, function: "py").payload == "1")
            }
            try await sluice.logLine { $0.contains("Restore Duration: ") }
            let failed = try await boto.send(payload: "{}", function: "unrestored")
            #expect(failed.error == "SnapStartException" && failed.isModelled == true, "\(failed)")
            #expect(failed.status == 400)
            try await sluice.logLine { $0.contains("failed: Runtime.AfterRestoreError: the restore is broken") }
        }
    }

    @Test(.requires(.awslambdaric, .boto3))
    func theLargestResponseIsTakenAndOneByteMoreIsRefused() async throws {
        try await Self.withRuntime { _, boto in
            // As JSON, a string has two bytes more.
            let largest = 6 * 1024 * 1024 + 100 - 2
            let good = try await boto.send(payload: #"{"do":"large","bytes":\#(largest)}"#, function: "py")
            #expect(good.functionError == nil)
            #expect(good.payload?.utf8.count == largest + 2)
            let refused = try await boto.send(payload: #"{"do":"large","bytes":\#(largest + 1)}"#, function: "py")
            #expect(try Self.report(refused).errorType == "Function.ResponseSizeTooLarge")
            #expect(try await boto.send(payload: "{}", function: "py").payload == #"{"got": {}}"#)
        }
    }

    @Test(.requires(.awslambdaric, .boto3))
    func aHandlerThatExitsIsAnExitErrorAndTheNextOneRuns() async throws {
        try await Self.withRuntime { _, boto in
            let report = try Self.report(try await boto.send(payload: #"{"do":"exit"}"#, function: "py"))
            #expect(report.errorType == "Runtime.ExitError")
            #expect(report.errorMessage.hasSuffix("Error: Runtime exited with error: exit status 3"))
            #expect(try await boto.send(payload: "{}", function: "py").payload == #"{"got": {}}"#)
        }
    }
}
