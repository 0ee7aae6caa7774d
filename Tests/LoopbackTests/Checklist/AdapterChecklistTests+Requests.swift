// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import TestSupport
import Testing

/// What becomes of events, byte for byte.
extension AdapterChecklistTests {
    @Test("3: every other JSON goes on as it is, by POST, to the path for events")
    func otherEvents() async throws {
        try await ScriptedAdapter.run(variables: ["AWS_LWA_PASS_THROUGH_PATH": "/jobs?q=1"]) { adapter in
            let connection = try await adapter.start()
            let events = [
                #"{"Records":[{"a": 1}]}"#, "[1, 2]", #""text""#, "17", "null", #"{"httpMethod":"GET"}"#, "{}",
            ]
            for event in events {
                try await connection.answerNext(event)
                let application = try await adapter.application.accept()
                let (head, body) = try await application.readWhole()
                #expect(head.hasPrefix("POST /jobs?q=1 HTTP/1.1\r\n") && body == event)
                #expect(head.lowercased().contains("content-type: application/json\r\n"))
                try await application.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone"
                )
                let response = try await connection.readStream()
                #expect(response.text == "done" && !response.head.contains("http-integration-response"))
                try await connection.reply()
            }
        }
    }

    /// In the older payload format of API Gateway, which has a list of values for each name.
    @Test("4: keeps values apart that came apart")
    func repeatedValues() async throws {
        try await AdaptedApplication.run { app async throws in
            let event = #"""
                {"version":"1.0","resource":"/{p+}","path":"/a/b","httpMethod":"POST",
                "headers":{"x-list":"2","cookie":"b=2"},
                "multiValueHeaders":{"x-list":["1","2"],"cookie":["a=1","b=2"]},
                "queryStringParameters":{"q":"2","r":"x y"},"multiValueQueryStringParameters":{"q":["1","2"],"r":["x y"]},
                "requestContext":{"resourcePath":"/{p+}","path":"/prod/a/b","httpMethod":"POST","stage":"prod",
                "identity":{"sourceIp":"1.2.3.4"}},"body":"AAH/","isBase64Encoded":true}
                """#
            let answer = try await app.invoke(ByteBuffer(string: event))
            let members = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
            var reply = LocalLambda.Reply()
            reply.body = try #require(members?["body"] as? String)
            let seen = try SeenRequest(reply)
            #expect(seen.target == "/a/b?q=1&q=2&r=x%20y")
            #expect(seen["x-list"] == ["1", "2"] && seen["cookie"] == ["a=1", "b=2"])
            #expect(seen.body == "0001ff")
        }
    }

    @Test("6: names the tenant that Lambda names, and nobody whom the caller does")
    func tenant() async throws {
        try await ScriptedAdapter.run { adapter in
            let connection = try await adapter.start()
            let forged = ScriptedAdapter.event(headers: #"{"x-amz-tenant-id":"forged","x-own":"1"}"#)
            for tenant in ["blue", nil] {
                try await connection.answerNext(
                    forged,
                    fields: tenant.map { ["Lambda-Runtime-Aws-Tenant-Id: \($0)"] } ?? []
                )
                let application = try await adapter.application.accept()
                let lines = try await application.readHead().lowercased().split(whereSeparator: \.isNewline)
                #expect(lines.contains("x-own: 1"))
                #expect(
                    lines.filter { $0.hasPrefix("x-amz-tenant-id") } == (tenant == nil ? [] : ["x-amz-tenant-id: blue"])
                )
                try await application.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                _ = try await connection.readStream()
                try await connection.reply()
            }
        }
    }
}
