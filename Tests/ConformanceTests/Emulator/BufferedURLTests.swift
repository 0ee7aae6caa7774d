// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

/// What a Function URL in the mode `BUFFERED` makes of a function's output, as it was seen on AWS.
@Suite struct BufferedURLTests {
    private struct Row {
        /// What the function returns; its runtime writes it with spaces, as Python's does.
        var value: String
        var body: String
        var status = 200
    }

    private static let rows = [
        Row(value: #"{"hello":"world"}"#, body: #"{"hello":"world"}"#),
        Row(value: #"["hello",3,true]"#, body: #"["hello",3,true]"#),
        // Without its quotes, other than the documentation shows it.
        Row(value: #""hello""#, body: "hello"),
        Row(value: "3", body: "3"),
        Row(value: "3.1", body: "3.1"),
        Row(value: "true", body: "true"),
        Row(value: #"{"statusCode":200,"body":"body123"}"#, body: "body123"),
        Row(value: #"{"statusCode":200,"body":"{\"hello\": \"world\"}"}"#, body: #"{"hello": "world"}"#),
        Row(value: #"{"statusCode":"418","body":"i'm a teapot"}"#, body: "i'm a teapot", status: 418),
    ]

    @Test(.requires(.curl, .python3))
    func theFunctionsOutputBecomesTheResponseRowByRow() async throws {
        try await withFixture(.buffered) { sluice in
            for row in Self.rows {
                let reply = try await curl(try sluice.url(), script: #"{"do":"return","value":\#(row.value)}"#)
                #expect(reply.status == row.status, "\(row): \(reply)")
                #expect(reply.text == row.body, "\(row): \(reply)")
                #expect(reply["content-type"] == ["application/json"], "\(row): \(reply)")
                #expect(reply["content-length"] == ["\(row.body.utf8.count)"], "\(row): \(reply)")
                #expect(reply["x-amzn-requestid"].count == 1, "\(row): \(reply)")
                #expect(reply["x-amzn-trace-id"].count == 1, "\(row): \(reply)")
                #expect(reply["date"].count == 1, "\(row): \(reply)")
            }
            let raised = try await curl(try sluice.url(), script: #"{"do":"raise","type":"E","message":"m"}"#)
            #expect(raised.status == 502)
            #expect(raised.text == "Internal Server Error")
        }
    }

    @Test(.requires(.curl, .python3))
    func aWholeResponseKeepsItsStatusHeadersCookiesAndBytes() async throws {
        try await withFixture(.buffered) { sluice in
            let value = #"""
                {"statusCode":201,"headers":{"Content-Type":"image/gif","X-Own":"1","WWW-Authenticate":"Basic"},
                "cookies":["a=1; Path=/","b=2"],"body":"AAH/","isBase64Encoded":true}
                """#
            let script = #"{"do":"return","value":\#(value)}"#.split(separator: "\n").joined()
            let reply = try await curl(try sluice.url(), script: script)
            #expect(reply.status == 201)
            #expect(reply.body == [0, 1, 255])
            #expect(reply["content-type"] == ["image/gif"])
            #expect(reply["x-own"] == ["1"])
            #expect(reply["set-cookie"] == ["a=1; Path=/", "b=2"])
            #expect(reply["www-authenticate"] == [])
            #expect(reply["x-amzn-remapped-www-authenticate"] == ["Basic"])
            #expect(reply["content-length"] == ["3"])
        }
    }

    @Test(.requires(.curl, .python3))
    func statusesWithoutABodyAndHEADHaveNone() async throws {
        try await withFixture(.buffered) { sluice in
            let empty = try await curl(try sluice.url(), script: #"{"do":"return","value":{"statusCode":204}}"#)
            #expect(empty.status == 204)
            #expect(empty.body == [])
            #expect(empty["content-length"] == [])

            let head = try await curl(
                try sluice.url(),
                ["--head"],
                script: #"{"do":"return","value":{"statusCode":200,"body":"five!"}}"#
            )
            #expect(head.exit == .code(0))
            #expect(head.status == 200)
            #expect(head.body == [])
            #expect(head["content-length"] == ["5"])
        }
    }

    @Test(.requires(.curl, .python3), arguments: ["no JSON", #"{"statusCode":99}"#, #"{"statusCode":200,"body":{}}"#])
    func outputThatIsNoResponseIs502AndTheLogSaysWhy(output: String) async throws {
        try await withFixture(.buffered) { sluice in
            let reply = try await curl(try sluice.url(), script: #"{"do":"text","text":\#(try json(output))}"#)
            #expect(reply.status == 502)
            #expect(reply.text == "Internal Server Error")
            try await sluice.logLine { $0.contains("answered 502: ") }
        }
    }

    @Test(.requires(.curl, .python3))
    func aResponseOverTheLimitIs502AndTheFunctionIsTold() async throws {
        try await withFixture(.buffered) { sluice in
            // 6 MiB and 100 bytes is the most that Lambda takes of a function; the URL leaves the quotes away.
            let largest = try await curl(try sluice.url(), script: #"{"do":"long","bytes":6291556}"#)
            #expect(largest.status == 200)
            #expect(largest.body.count == 6_291_554)
            try await sluice.logLine { $0.contains("response: 202 ") }

            let refused = try await curl(try sluice.url(), script: #"{"do":"long","bytes":6291557}"#)
            #expect(refused.status == 502)
            try await sluice.logLine { $0.contains("response: 413 ") && $0.contains("RequestEntityTooLarge") }
        }
    }
}
