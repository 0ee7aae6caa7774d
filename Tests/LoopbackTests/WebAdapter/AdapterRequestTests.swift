// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import SluiceTesting
import TestSupport
import Testing

@testable import SluiceCLI

@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterRequestTests {
    @Test func theApplicationSeesTheRequestThatWasSent() async throws {
        try await AdaptedApplication.run { app async throws in
            let reply = try await app.get(
                "/a%2Fb//c?x=1&x=2&y=%C3%A4",
                method: .post,
                fields: [.cookie: "a=1; b=2", .contentType: "text/plain", .accept: "*/*"],
                body: "hello\n"
            )
            #expect(reply.status == 200)
            let seen = try SeenRequest(reply)
            #expect(seen.method == "POST")
            #expect(seen.target == "/a%2Fb//c?x=1&x=2&y=%C3%A4")
            #expect(seen["cookie"] == ["a=1; b=2"])
            #expect(seen["content-type"] == ["text/plain"])
            #expect(seen["content-length"] == ["6"])
            #expect(seen.body == "68656c6c6f0a")
            let context = try #require(seen["x-amzn-lambda-context"].first)
            #expect(context.contains(#""request_id":""#) && context.contains(#""function_name":"app""#))
            #expect(try #require(seen["x-amzn-request-context"].first).contains(#""method":"POST""#))
        }
    }

    @Test(arguments: ["response_stream", "buffered"])
    func eachModeAnswersWithHeadAndBody(mode: String) async throws {
        try await AdaptedApplication.run(mode: mode) { app async throws in
            let reply = try await app.get("/early")
            #expect(reply.status == 200 && reply.body == "late")
            #expect(reply.fields[values: .setCookie] == ["a=1; Path=/", "b=2"])
            #expect(reply.fields[HTTPField.Name("x-two")!] == "1, 2")
            for status in [201, 404, 500] {
                let reply = try await app.get("/status/\(status)")
                #expect(reply.status == status && reply.body == "status \(status)")
            }
        }
    }

    @Test(arguments: ["response_stream", "buffered"])
    func answersWithoutABodyEnd(mode: String) async throws {
        try await AdaptedApplication.run(mode: mode) { app async throws in
            for (target, status) in [("/status/204", 204), ("/status/304", 304), ("/empty", 200)] {
                let reply = try await app.get(target)
                #expect(reply.status == status && reply.body == "", "\(target)")
            }
            #expect(try await app.get("/echo", method: .head).status == 200)
            #expect(try await app.get("/until-closed").body == "all of it")
        }
    }

    @Test func eachChunkComesWhenItIsWritten() async throws {
        try await AdaptedApplication.run { app async throws in
            let gate = try await Gate.open()
            let reply = try await app.getInLockStep(through: gate)
            #expect(reply.body == "first\nsecond\n")
        }
    }

    @Test func aConnectionServesSeveralRequests() async throws {
        try await AdaptedApplication.run { app async throws in
            let first = try await app.seen("/echo")
            let second = try await app.seen("/echo")
            #expect(first.connection == second.connection)
            // One that the application ends is not used again.
            let last = try await app.get("/close-after").body
            #expect(try await app.seen("/echo").connection > Int(last) ?? 0)
        }
    }

    @Test func anApplicationOnAUnixSocketIsServed() async throws {
        let path = "/tmp/sluice-\(UInt64.random(in: 0 ... .max)).sock"
        defer { unlink(path) }
        try await AdaptedApplication.run(variables: ["SLUICE_ADAPTER_SOCKET": path, "APP_SOCKET": path]) {
            app async throws in
            #expect(try await app.seen("/x?y").target == "/x?y")
        }
    }

    @Test func otherEventsGoToTheirPathAndComeBackWithoutAHead() async throws {
        for mode in ["response_stream", "buffered"] {
            try await AdaptedApplication.run(mode: mode) { app async throws in
                let request = StreamRequest(
                    function: .init(name: "app"),
                    isStreaming: mode == "response_stream",
                    endpoint: try HTTPAddress(app.lambda.addresses.endpoint),
                    payload: .init(string: #"{"Records":[]}"#)
                )
                var reply = LocalLambda.Reply()
                try await StreamClient().run(request) { reply.record($0) }
                #expect(reply.body == #"{"handled":{"Records":[]}}"#)
            }
        }
    }

    @Test func aWebSocketIsRefusedInWords() async throws {
        try await AdaptedApplication.run(mode: "buffered") { app async throws in
            let event = #"""
                {"version":"2.0","rawPath":"/echo","rawQueryString":"",
                "headers":{"upgrade":"websocket","connection":"upgrade"},
                "requestContext":{"http":{"method":"GET","path":"/echo","sourceIp":"1.2.3.4"}}}
                """#
            let answer = try await app.invoke(ByteBuffer(string: event))
            #expect(answer.contains(#""statusCode":501"#) && answer.contains("no WebSocket"))
        }
    }

    /// Once, since requests without it may well be meant.
    @Test func aRequestWithoutTheSourceOfItsAuthorizationIsToldOfOnce() async throws {
        let source = HTTPField.Name("x-token")!
        try await AdaptedApplication.run(variables: ["AWS_LWA_AUTHORIZATION_SOURCE": "X-Token"]) { app async throws in
            #expect(try await app.seen("/echo", fields: [source: "Bearer 1"])["authorization"] == ["Bearer 1"])
            for _ in 1...2 { #expect(try await app.seen("/echo")["authorization"] == []) }
            #expect(try await app.get("/log").status == 200)
            _ = try await app.line("handled by the application")
            let told = app.lambda.log.count {
                if case .output(_, let line) = $0 { line.contains("has no header x-token") } else { false }
            }
            #expect(told == 1)
        }
    }

    /// Who called, by which name and how, as a Function URL says it; and what only looks like Lambda's word is not passed on.
    @Test func theApplicationLearnsWhoCalledAndHow() async throws {
        try await AdaptedApplication.run { app async throws in
            let spoofed = ["x-amzn-request-context", "x-amzn-lambda-context", "x-amz-tenant-id"]
            var fields: HTTPFields = [:]
            for name in spoofed { fields[HTTPField.Name(name)!] = "spoofed" }
            let seen = try await app.seen("/echo", fields: fields)
            let port = app.lambda.addresses.functionURLs[0].port
            #expect(seen["x-forwarded-for"] == ["127.0.0.1"])
            #expect(seen["x-forwarded-proto"] == ["http"])
            #expect(seen["x-forwarded-port"] == ["\(port)"])
            #expect(seen["host"].first?.hasSuffix(":\(port)") == true, "\(seen["host"])")
            #expect(spoofed.map { seen[$0].count } == [1, 1, 0])
            #expect(!spoofed.flatMap { seen[$0] }.contains("spoofed"))
        }
    }

    /// A REST API, and a load balancer that is told so, have a list for each name; all others one value, with commas.
    @Test(arguments: TestEvent.Source.allCases)
    func repeatedFieldsOfAnAnswerAreKeptAsTheirSourceCan(source: TestEvent.Source) async throws {
        try await AdaptedApplication.run(mode: "buffered") { app async throws in
            let answer = try await app.invoke(TestEvent.http(from: source, "/early").payload)
            let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
            let single = (object?["headers"] as? [String: String]) ?? [:]
            let lists = (object?["multiValueHeaders"] as? [String: [String]]) ?? [:]
            let cookies = ["a=1; Path=/", "b=2"]
            switch source {
            case .restAPI, .httpAPIFormat1, .loadBalancerMultiValue:
                #expect(single.isEmpty && lists["x-two"] == ["1", "2"] && lists["set-cookie"] == cookies, "\(answer)")
                #expect(object?["cookies"] == nil, "\(answer)")
            case .functionURL, .httpAPI:
                #expect(lists.isEmpty && single["x-two"] == "1, 2", "\(answer)")
                #expect(object?["cookies"] as? [String] == cookies && single["set-cookie"] == nil, "\(answer)")
            case .loadBalancer, .vpcLattice, .vpcLatticeVersion1:
                #expect(lists.isEmpty && single["x-two"] == "1, 2", "\(answer)")
                // One value for each name, and cookies cannot be joined: they have a spelling of the name each.
                #expect([single["set-cookie"], single["Set-cookie"]] == cookies, "\(answer)")
                #expect(object?["cookies"] == nil, "\(answer)")
            default: Issue.record("\(source) is expected to have a form: \(answer)")
            }
        }
    }
}
