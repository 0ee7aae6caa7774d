// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What good calls and failed functions look like to boto3 beside their payload: the log, dry runs, ids, versions.
@Suite struct BotoReplyTests {
    private static func log(_ base64: String?) throws -> String {
        let data = try #require(Data(base64Encoded: base64 ?? "none"))
        #expect(data.count <= 4_096)
        return String(decoding: data, as: UTF8.self)
    }

    /// The lines of one invocation, in their order.
    private static func expectLines(_ log: String, requestID: String, status: String? = nil) {
        let lines = log.split(separator: "\n")
        let start = lines.firstIndex { $0 == "START RequestId: \(requestID) Version: $LATEST" }
        let end = lines.firstIndex { $0 == "END RequestId: \(requestID)" }
        let report = lines.firstIndex { $0.hasPrefix("REPORT RequestId: \(requestID)\tDuration: ") }
        #expect(start != nil && end != nil && report != nil, "\(log)")
        if let start, let end, let report { #expect(start < end && end < report, "\(log)") }
        if let status { #expect(log.contains("Status: \(status)"), "\(log)") }
    }

    @Test(.requires(.boto3))
    func theTailOfTheLogHasStartEndAndReport() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let tail = ["LogType": "Tail"]
                let good = try await boto.invoke(#"{"do":"return","value":1}"#, arguments: tail)
                let log = try Self.log(good.logResult)
                Self.expectLines(log, requestID: try #require(good.requestID))
                #expect(log.contains("response: 202 "), "what the function printed: \(log)")

                let failed = try await boto.invoke(#"{"do":"raise","type":"E","message":"m"}"#, arguments: tail)
                #expect(failed.functionError == "Unhandled")
                Self.expectLines(
                    try Self.log(failed.logResult),
                    requestID: try #require(failed.requestID),
                    status: "error"
                )
                #expect(try await boto.invoke(#"{"do":"size"}"#).logResult == nil)
            }
        }
    }

    @Test(.requires(.boto3))
    func theTailOfAStreamsLogIsInItsLastEvent() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let ends: [(Gate.Command, code: String?)] = [
                    (.end, nil), (.fail(type: "Function.Late", message: "m"), "Function.Late"),
                ]
                for (end, code) in ends {
                    let script = try FixtureFunction.stream(chunks: ["one"], end: end)
                    let head = try await boto.first(
                        .invokeWithResponseStream,
                        payload: #"{"script":\#(script)}"#,
                        arguments: ["LogType": "Tail"]
                    )
                    #expect(head.headers?["x-amz-log-result"] == nil)
                    let (text, complete) = try await boto.finishStream()
                    #expect(text == "one")
                    #expect(complete.ErrorCode == code)
                    let status = code == nil ? nil : "error"
                    Self.expectLines(
                        try Self.log(complete.LogResult),
                        requestID: try #require(head.requestID),
                        status: status
                    )
                }
            }
        }
    }

    @Test(.requires(.boto3), arguments: Boto.Call.allCases)
    func aDryRunIs204AndRunsNothing(call: Boto.Call) async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let dryRun = ["InvocationType": "DryRun"]
                let reply = try await boto.first(call, payload: #"{"script":{"do":"kill"}}"#, arguments: dryRun)
                #expect(reply.status == 204, "\(reply)")
                #expect(reply.requestID != nil)
                #expect(reply.functionError == nil)
                if call == .invokeWithResponseStream { #expect(try await boto.line().ended == true) }
                let absent = try await boto.first(call, function: "absent", arguments: dryRun)
                #expect(absent.error == "ResourceNotFoundException")
                // The first process is started for the first real call.
                _ = try await boto.invoke(#"{"do":"size"}"#)
                let started = String(decoding: sluice.process.printed(on: .standardError), as: UTF8.self)
                #expect(started.components(separatedBy: " starts").count == 2, "\(started)")
            }
        }
    }

    @Test(.requires(.boto3), arguments: Boto.Call.allCases)
    func theReplyHasItsIDItsVersionAndItsTrace(call: Boto.Call) async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
                let reply = try await boto.first(
                    call,
                    payload: #"{"script":{"do":"size"}}"#,
                    fields: ["x-amzn-RequestId": id]
                )
                #expect(reply.status == 200)
                #expect(reply.executedVersion == "$LATEST")
                #expect(reply.requestID == id)
                #expect(reply.headers?["x-amzn-trace-id"]?.hasPrefix("root=1-") == true)
                #expect(reply.headers?["x-amz-executed-version"] == "$LATEST")
                #expect(reply.functionError == nil)
                if call == .invoke {
                    #expect(reply.headers?["x-amzn-remapped-content-length"] == "0")
                } else {
                    #expect(reply.contentType == "application/vnd.amazon.eventstream")
                    _ = try await boto.finishStream()
                }
                try await sluice.logLine { $0.contains("END RequestId: \(id)") }
            }
        }
    }
}
