// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The event of payload format 2.0, as the function received it.
@Suite struct FunctionURLRequestTests {
    private struct Echo: Decodable {
        var event: Event
        var head: [String: String]
    }

    private struct Event: Decodable {
        var version: String
        var routeKey: String
        var rawPath: String
        var rawQueryString: String
        var cookies: [String]?
        var headers: [String: String]
        var queryStringParameters: [String: String]?
        var requestContext: Context
        var body: String?
        var isBase64Encoded: Bool

        struct Context: Decodable {
            var accountId: String
            var apiId: String
            var domainName: String
            var domainPrefix: String
            var requestId: String
            var routeKey: String
            var stage: String
            var time: String
            var timeEpoch: Int
            var http: HTTP
        }

        struct HTTP: Decodable, Equatable {
            var method: String
            var path: String
            var `protocol`: String
            var sourceIp: String
            var userAgent: String
        }
    }

    private func echo(
        _ sluice: SluiceProcess,
        _ target: String = "",
        _ arguments: [String] = []
    ) async throws -> (Echo, CurlReply, keys: Set<String>) {
        let reply = try await curl(
            try sluice.url() + target,
            ["--path-as-is", "-A", "agent/1 (Test)"] + arguments,
            script: #"{"do":"echo"}"#
        )
        let object = try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
        let event = try #require(object["event"] as? [String: Any])
        return (try JSONDecoder().decode(Echo.self, from: Data(reply.body)), reply, Set(event.keys))
    }

    @Test(.requires(.curl, .python3), arguments: [FixtureFunction.InvokeMode.buffered, .streamed])
    func theRequestArrivesAsFormatTwo(mode: FixtureFunction.InvokeMode) async throws {
        try await withFixture(mode) { sluice in
            let target = "pa2%Fth/a%20b/../%C3%A4?x=1&x=2&y=%C3%A4+b&z&p%3Dq=%26"
            let (echo, reply, keys) = try await self.echo(
                sluice,
                target,
                ["-H", "X-Two: First", "-H", "x-TWO: second", "-H", "Cookie: a=1; b=2", "-H", "Authorization: Own"]
            )
            let event = echo.event
            #expect(event.version == "2.0")
            #expect(event.routeKey == "$default")
            #expect(event.rawPath == "/pa2%Fth/a%20b/../%C3%A4")
            #expect(event.rawQueryString == "x=1&x=2&y=%C3%A4+b&z&p%3Dq=%26")
            #expect(event.queryStringParameters == ["x": "1,2", "y": "ä b", "z": "", "p=q": "&"])
            #expect(event.cookies == ["a=1", "b=2"])
            #expect(event.headers["cookie"] == nil)
            #expect(event.headers["x-two"] == "First,second")
            #expect(event.headers["authorization"] == "Own")
            #expect(event.headers["host"] == "127.0.0.1:\(try sluice.urlPort())")
            #expect(event.headers["x-forwarded-for"] == "127.0.0.1")
            #expect(event.headers["x-forwarded-proto"] == "http")
            #expect(event.headers["x-forwarded-port"] == "\(try sluice.urlPort())")
            #expect(event.headers["x-amzn-trace-id"] == echo.head["lambda-runtime-trace-id"])
            #expect(event.headers.keys.allSatisfy { $0 == $0.lowercased() })
            #expect(!keys.contains("body"))
            #expect(event.isBase64Encoded == false)

            let context = event.requestContext
            #expect(
                context.http
                    == Event.HTTP(
                        method: "GET",
                        path: "/pa2%Fth/a%20b/../%C3%A4",
                        protocol: "HTTP/1.1",
                        sourceIp: "127.0.0.1",
                        userAgent: "agent/1 (Test)"
                    )
            )
            #expect(context.requestId == echo.head["lambda-runtime-aws-request-id"])
            #expect(reply["x-amzn-requestid"] == [context.requestId])
            #expect(context.domainName == "fixture.lambda-url.localhost")
            #expect(context.domainPrefix == "fixture")
            #expect(context.stage == "$default")
            #expect(context.timeEpoch > 1_700_000_000_000)
        }
    }

    @Test(.requires(.curl, .python3))
    func nothingIsMadeUpForWhatIsNotThere() async throws {
        try await withFixture { sluice in
            let (echo, _, keys) = try await self.echo(sluice)
            #expect(echo.event.rawPath == "/")
            #expect(echo.event.rawQueryString == "")
            #expect(keys.isDisjoint(with: ["body", "cookies", "queryStringParameters"]))
        }
    }

    @Test(.requires(.curl, .python3), arguments: ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func theMethodIsToldAndTextStaysText(method: String) async throws {
        try await withFixture { sluice in
            let (echo, _, _) = try await self.echo(
                sluice,
                "",
                ["-X", method, "-H", "Content-Type: application/json", "--data-binary", #"{"ä": 1}"#]
            )
            #expect(echo.event.requestContext.http.method == method)
            #expect(echo.event.body == #"{"ä": 1}"#)
            #expect(echo.event.isBase64Encoded == false)
            #expect(echo.event.headers["content-length"] == "9")
        }
    }

    @Test(.requires(.curl, .python3))
    func aBodyThatIsNoTextIsBase64() async throws {
        try await withFixture { sluice in
            let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
            try Data([0, 255, 10]).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let body = ["--data-binary", "@\(file.path)"]
            for type in ["application/octet-stream", "text/plain", ""] {
                let (echo, _, _) = try await self.echo(sluice, "", ["-H", "Content-Type: \(type)"] + body)
                #expect(echo.event.body == "AP8K", "\(type)")
                #expect(echo.event.isBase64Encoded, "\(type)")
            }
            let (form, _, _) = try await self.echo(sluice, "", ["-F", "file=@\(file.path)"])
            #expect(form.event.isBase64Encoded)
            // Sent in chunks, it has its length all the same.
            let chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/octet-stream"]
            let (echo, _, _) = try await self.echo(sluice, "", chunked + body)
            #expect(echo.event.body == "AP8K")
            #expect(echo.event.headers["content-length"] == "3")
            #expect(echo.event.headers["transfer-encoding"] == nil)
        }
    }
}
