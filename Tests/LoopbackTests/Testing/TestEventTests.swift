// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import Sluice
import SluiceTesting
import Testing

/// Events as every source sends them, read by the runtime.
@Suite struct TestEventTests {
    private static let echo = HTTPFunction { request, context in
        HTTPResult(
            headers: [
                HTTPField.Name("x-method")!: request.method.rawValue,
                HTTPField.Name("x-path")!: request.path,
                HTTPField.Name("x-item")!: request.queryItem("name") ?? "",
                HTTPField.Name("x-cookies")!: request.cookies.joined(separator: "|"),
                HTTPField.Name("x-own")!: request.headers[HTTPField.Name("x-own")!] ?? "",
                HTTPField.Name("x-source")!: "\(request.source)",
                HTTPField.Name("x-ip")!: request.sourceIP,
            ],
            cookies: ["seen=1"],
            body: .bytes(request.body)
        )
    }

    @Test(arguments: TestEvent.Source.allCases, ["text ü", nil])
    func aRequestArrivesWhole(_ source: TestEvent.Source, _ text: String?) async throws {
        let body = text.map { ByteBuffer(string: $0) } ?? ByteBuffer(bytes: [0xFF, 0x00, 0xFE])
        let event = TestEvent.http(
            from: source,
            "/orders/a%20b?name=J%C3%BCrgen%20S&empty",
            method: .put,
            headers: [HTTPField.Name("X-Own")!: "value"],
            cookies: ["a=1", "b=2"],
            body: body
        )
        try await withTestedFunction(Self.echo) { function in
            let response = try await function.invoke(event).response()
            let head = try #require(response.head)
            #expect(response.end.failure == nil)
            #expect(head.status == .ok)
            #expect(head.headers[HTTPField.Name("x-method")!] == "PUT")
            let path = head.headers[HTTPField.Name("x-path")!]
            #expect(path == "/orders/a%20b" || path == "/orders/a b", "\(path ?? "")")
            #expect(head.headers[HTTPField.Name("x-item")!]?.utf8.elementsEqual("Jürgen S".utf8) == true)
            #expect(head.headers[HTTPField.Name("x-cookies")!] == "a=1|b=2")
            #expect(head.headers[HTTPField.Name("x-own")!] == "value")
            #expect(head.headers[HTTPField.Name("x-ip")!] == "203.0.113.7")
            #expect(head.cookies == ["seen=1"])
            #expect(response.body == body)
        }
    }

    @Test func whatComesWithAnEventReachesItsContext() async throws {
        let function = LambdaFunction { _, context in
            .text(
                [
                    context.requestID, context.traceID ?? "", context.clientContext ?? "",
                    context.cognitoIdentity ?? "", context.tenantID ?? "", context.invokedFunctionARN,
                    context.functionName ?? "", "\(context.memoryMegabytes ?? 0)",
                ].joined(separator: " ")
            )
        }
        var event = TestEvent.raw("{}")
        event.requestID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
        event.traceID = "Root=1-5759e988-bd862e3fe1be46a994272793"
        event.clientContext = #"{"a":1}"#
        event.cognitoIdentity = #"{"b":2}"#
        event.tenantID = "blue"
        let sent = event
        try await withTestedFunction(function) { function in
            let text = try await function.invoke(sent).response().text
            #expect(
                text == """
                    8476a536-e9f4-11e8-9739-2dfe598c3fcd Root=1-5759e988-bd862e3fe1be46a994272793 {"a":1} {"b":2} blue \
                    arn:aws:lambda:us-east-1:123456789012:function:function function 128
                    """
            )
        }
    }
}
