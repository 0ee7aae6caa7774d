// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Sluice
import SluiceEmulator
import SluiceHummingbird
import SluiceTesting
import Synchronization
import TestSupport
import Testing

@testable import HummingbirdFunction
@testable import SluiceCLI

/// One request, and what comes back whichever way it is sent: by Hummingbird's own test, by the function in process, and
/// through the local Lambda.
@Suite struct HummingbirdTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var target: String
        var method = HTTPRequest.Method.get
        var headers: HTTPFields = [:]
        var body = ""
        var status = 200
        var answer: String
        var fields: [String: String] = [:]
        var testDescription: String { "\(self.method) \(self.target)" }
    }

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var cookies: [String] = []
        var body: String
    }

    static let cases = [
        Case(target: "/hello/Ada", answer: "hello Ada\n", fields: ["x-stamp": "seen"]),
        Case(target: "/hello/A%20B", answer: "hello A%20B\n"),
        Case(
            target: "/item",
            answer: #"{"name":"tea"}"#,
            fields: ["content-type": "application/json; charset=utf-8"]
        ),
        Case(target: "/clerk", answer: "at work"),
        Case(target: "/prepared", answer: "true"),
        Case(target: "/query?a=1&a=2&b", headers: [.cookie: "x=1; y=2"], answer: "1+2 x=1; y=2"),
        Case(target: "/upload", method: .post, body: String(repeating: "x", count: 100_000), answer: "100000 bytes"),
        Case(target: "/upload", method: .post, answer: "0 bytes"),
        Case(
            target: "/stream",
            answer: "data: 1\n\ndata: 2\n\ndata: 3\n\n",
            fields: ["content-type": "text/event-stream"]
        ),
        Case(
            target: "/pieces",
            answer: "abcde".map { String(repeating: $0, count: 50_000) }.joined()
        ),
        Case(target: "/files/word.txt", answer: "sluice\n", fields: ["content-type": "text/plain", "x-stamp": "seen"]),
        Case(
            target: "/files/word.txt",
            headers: [.range: "bytes=1-3"],
            status: 206,
            answer: "lui",
            fields: ["content-range": "bytes 1-3/7"]
        ),
        Case(target: "/nothing", status: 204, answer: ""),
        Case(target: "/fails", status: 500, answer: ""),
        Case(target: "/refuses", status: 400, answer: #"{"error":{"message":"no"}}"#),
        Case(target: "/unknown", status: 404, answer: ""),
    ]

    private func check(_ one: Case, _ answer: Answer) {
        #expect(answer.status == one.status)
        #expect(answer.body == one.answer)
        for (name, value) in one.fields { #expect(HTTPField.Name(name).map { answer.headers[$0] } == value) }
    }

    @Test(arguments: Self.cases)
    func byHummingbirdsOwnTest(one: Case) async throws {
        try await Shop.application().test(.router) { client in
            try await client.execute(
                uri: one.target,
                method: one.method,
                headers: one.headers,
                body: ByteBuffer(string: one.body)
            ) { reply in
                self.check(
                    one,
                    Answer(status: reply.status.code, headers: reply.headers, body: String(buffer: reply.body))
                )
            }
        }
    }

    @Test(arguments: Self.cases)
    func asAFunctionInProcess(one: Case) async throws {
        for source in [TestEvent.Source.functionURL, .httpAPI, .restAPI, .loadBalancerMultiValue] {
            try await withTestedFunction(HTTPFunction(Shop.application())) { function in
                let event = TestEvent.http(
                    from: source,
                    one.target,
                    method: one.method,
                    headers: one.headers.filter { $0.name != .cookie }.reduce(into: HTTPFields()) { $0.append($1) },
                    cookies: one.headers[values: .cookie].flatMap { $0.split(separator: "; ").map(String.init) },
                    body: ByteBuffer(string: one.body)
                )
                let response = try await function.invoke(event).response()
                let head = try #require(response.head)
                self.check(
                    one,
                    Answer(status: head.status.code, headers: head.headers, body: String(buffer: response.body))
                )
                #expect(response.end.isComplete)
            }
        }
    }

    @Test(arguments: [FunctionConfiguration.InvokeMode.responseStream, .buffered])
    func throughTheLocalLambda(mode: FunctionConfiguration.InvokeMode) async throws {
        let program = try BuiltProducts.url(of: "HummingbirdFunction").path
        var configuration = FunctionConfiguration(name: "shop", command: [program], workingDirectory: "/tmp")
        configuration.invokeMode = mode
        configuration.variables = ["SLUICE_INVOKE_MODE": mode.rawValue]
        let log = LocalLambda.Log()
        try await LocalLambda.run(configuration, log: log) { lambda in
            let url = lambda.addresses.functionURL(port: lambda.addresses.functionURLs[0].port)
            for one in Self.cases {
                let request = StreamRequest(
                    url: try HTTPAddress(String(url.dropLast()) + one.target),
                    method: one.method,
                    fields: one.headers,
                    body: ByteBuffer(string: one.body)
                )
                var reply = LocalLambda.Reply()
                try await StreamClient().run(request) { reply.record($0) }
                self.check(one, Answer(status: reply.status ?? 0, headers: reply.fields, body: reply.body))
            }
        }
        #expect(
            log.all.contains { if case .output(_, "the clerk has gone home") = $0.kind { true } else { false } },
            "services end with the function"
        )
    }

    @Test func cookiesStayApart() async throws {
        try await withTestedFunction(HTTPFunction(Shop.application())) { function in
            let response = try await function.invoke(.functionURL("/cookies")).response()
            #expect(response.head?.cookies.map { $0.prefix(3) } == ["a=1", "b=2"])
        }
    }

    @Test func eachWriteOfABodyIsAChunkAndItsErrorTheStreams() async throws {
        try await withTestedFunction(HTTPFunction(Shop.application())) { function in
            let stream = try await function.invoke(.functionURL("/stream")).response()
            #expect(stream.chunks.map(\.text) == ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"])
            let broken = try await function.invoke(.functionURL("/breaks")).response()
            #expect(String(buffer: broken.body) == "half")
            #expect(broken.end.failure?.type == "Function.Broken")
        }
    }

    @Test(arguments: [TestEvent.Source.functionURL, .loadBalancerMultiValue])
    func fieldsThatRepeatArriveAsOftenAsTheModeAllows(source: TestEvent.Source) async throws {
        let name = HTTPField.Name("x-tag")!
        let router = Router()
        router.get("/") { request, _ in
            var fields = HTTPFields()
            for value in request.headers[values: name] { fields.append(HTTPField(name: name, value: "seen " + value)) }
            return Response(status: .ok, headers: fields)
        }
        var sent = HTTPFields()
        for value in ["a", "b"] { sent.append(HTTPField(name: name, value: value)) }
        try await withTestedFunction(HTTPFunction(Application(router: router))) { function in
            let response = try await function.invoke(.http(from: source, "/", headers: sent)).response()
            let seen = try #require(response.head).headers[values: name]
            // A Function URL joins them on their way in; a load balancer with multi-value headers keeps them apart.
            #expect(seen == (source == .functionURL ? ["seen a,b"] : ["seen a", "seen b"]))
        }
    }

    @Test func aCallerWhoReadsSlowlyHoldsTheBodyUp() async throws {
        let written = Watched(0)
        let router = Router()
        router.get("/") { _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    for _ in 0..<1_000 {
                        try await writer.write(ByteBuffer(repeating: 7, count: 16 * 1024))
                        written.update { $0 += 1 }
                    }
                    try await writer.finish(nil)
                }
            )
        }
        try await withTestedFunction(HTTPFunction(Application(router: router))) { function in
            let call = try await function.invoke(.functionURL("/"), windowBytes: 64 * 1024)
            _ = try await call.head()
            await function.advance(by: .seconds(1))
            #expect((1...32).contains(written.current))
            #expect(try await call.response().body.readableBytes == 1_000 * 16 * 1024)
        }
    }

    @Test func trailersThatLambdaHasNoPlaceForLeaveTheStreamWhole() async throws {
        try await withTestedFunction(HTTPFunction(Shop.application())) { function in
            let response = try await function.invoke(.functionURL("/stream")).response()
            #expect(response.end.isComplete)
            #expect(response.head?.headers[HTTPField.Name("x-checksum")!] == nil)
        }
    }

    /// What a context got for its channel goes with its request.
    @Test func nothingOfARequestIsKept() async throws {
        final class Seen: Sendable {
            let channels = Mutex<[Weak]>([])
            struct Weak: @unchecked Sendable { weak var channel: (any Channel)? }
        }
        struct ChannelContext: RequestContext {
            var coreContext: CoreRequestContextStorage
            let channel: any Channel
            init(source: ApplicationRequestContextSource) {
                self.coreContext = .init(source: source)
                self.channel = source.channel
            }
        }
        let seen = Seen()
        let router = Router(context: ChannelContext.self)
        router.get("/") { _, context in
            seen.channels.withLock { $0.append(.init(channel: context.channel)) }
            return "\(context.channel.remoteAddress?.ipAddress ?? "none")"
        }
        try await withTestedFunction(HTTPFunction(Application(router: router))) { function in
            for _ in 0..<3 {
                let response = try await function.invoke(.functionURL("/")).response()
                #expect(String(buffer: response.body) == "203.0.113.7")
            }
        }
        #expect(seen.channels.withLock { $0.count } == 3)
        #expect(seen.channels.withLock { $0.allSatisfy { $0.channel == nil } })
    }

    @Test func handlersFindTheEventAndTheContext() async throws {
        try await withTestedFunction(HTTPFunction(Shop.application())) { function in
            let response = try await function.invoke(.functionURL("/lambda")).response()
            #expect(String(buffer: response.body) == "functionURL true")
        }
        try await withTestedFunction(HTTPFunction(router: LambdaContext.router())) { function in
            let response = try await function.invoke(.functionURL("/whoami")).response()
            #expect(String(buffer: response.body).hasSuffix(" functionURL"))
        }
    }

    @Test func anApplicationThatCannotBeBuiltFailsTheStart() async throws {
        let function = HTTPFunction(application: {
            () async throws -> Application<RouterResponder<BasicRequestContext>> in
            throw Shop.Broken()
        })
        await #expect(throws: FunctionTestError.self) {
            try await withTestedFunction(function) { _ = try await $0.invoke(.functionURL("/")).response() }
        }
    }
}

/// The context of a router that looks at what Lambda knows.
struct LambdaContext: RequestContext {
    typealias Source = LambdaRequestContextSource

    var coreContext: CoreRequestContextStorage
    let source: LambdaRequestContextSource

    init(source: LambdaRequestContextSource) {
        self.coreContext = .init(source: source)
        self.source = source
    }

    static func router() -> Router<Self> {
        let router = Router(context: Self.self)
        router.get("/whoami") { _, context in "\(context.source.request.sourceIP) \(context.source.request.source)" }
        return router
    }
}
#endif
