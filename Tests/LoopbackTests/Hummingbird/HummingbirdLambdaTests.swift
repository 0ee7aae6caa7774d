// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Sluice
import SluiceEmulator
import SluiceHummingbird
import SluiceTesting
import TestSupport
import Testing

@testable import SluiceCLI

/// What Lambda knows and Hummingbird does not, and what becomes of answers that are not whole.
@Suite(.timeLimit(.minutes(5))) struct HummingbirdLambdaTests {
    @Test(arguments: TestEvent.Source.allCases)
    func theContextHasTheEventAsItCameAndTheInvocation(source: TestEvent.Source) async throws {
        let seen = Watched<[LambdaRequestContextSource]>([])
        let router = Router(context: LambdaContext.self)
        router.post("/a/b") { _, context in
            seen.update { $0.append(context.source) }
            let isCurrent =
                FunctionRequest.current?.event == context.source.request.event
                && InvocationContext.current?.requestID == context.source.invocation.requestID
            return "\(isCurrent)"
        }
        var event = TestEvent.http(from: source, "/a/b?x=1", method: .post, body: ByteBuffer(bytes: [0xFF, 0]))
        event.requestID = "request-1"
        event.traceID = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
        event.clientContext = #"{"custom":{"a":"1"}}"#
        event.cognitoIdentity = #"{"cognitoIdentityId":"us-east-1:1","cognitoIdentityPoolId":"us-east-1:2"}"#
        event.tenantID = "blue"
        let sent = event
        try await withTestedFunction(HTTPFunction(router: router)) { function in
            let response = try await function.invoke(sent).response()
            #expect(String(buffer: response.body) == "true")
        }
        try #require(seen.current.count == 1)
        let (request, invocation) = (seen.current[0].request, seen.current[0].invocation)
        #expect(request.event == sent.payload, "byte for byte")
        #expect(request.method == .post && request.path == "/a/b" && request.query == "x=1")
        #expect(request.body == ByteBuffer(bytes: [0xFF, 0]))
        #expect(invocation.requestID == sent.requestID && invocation.traceID == sent.traceID)
        #expect(invocation.clientContext == sent.clientContext)
        #expect(invocation.cognitoIdentity == sent.cognitoIdentity)
        #expect(invocation.tenantID == "blue")
        #expect(invocation.invokedFunctionARN.hasPrefix("arn:aws:lambda:"))
    }

    @Test(arguments: [FunctionConfiguration.InvokeMode.responseStream, .buffered])
    func errorsInABodyAndCookiesThroughTheLocalLambda(mode: FunctionConfiguration.InvokeMode) async throws {
        let program = try BuiltProducts.url(of: "HummingbirdFunction").path
        var configuration = FunctionConfiguration(name: "shop", command: [program], workingDirectory: "/tmp")
        configuration.invokeMode = mode
        configuration.variables = ["SLUICE_INVOKE_MODE": mode.rawValue]
        try await LocalLambda.run(configuration) { lambda in
            let url = String(lambda.addresses.functionURL(port: lambda.addresses.functionURLs[0].port).dropLast())
            let get = { @Sendable (target: String) in
                var reply = LocalLambda.Reply()
                try await StreamClient().run(StreamRequest(url: try HTTPAddress(url + target), method: .get)) {
                    reply.record($0)
                }
                return reply
            }
            let cookies = try await get("/cookies")
            #expect(cookies.fields[values: .setCookie].map { $0.prefix(3) } == ["a=1", "b=2"], "\(cookies)")
            #expect(cookies.status == 200 && cookies.body == "two")
            let broken = try await get("/breaks")
            #expect(broken.end != .complete, "\(broken)")
            // Half of it has left where it streams; where it is gathered, nothing has.
            #expect(broken.status == (mode == .buffered ? 502 : 200), "\(broken)")
            #expect(broken.body.contains("half") == (mode == .responseStream), "\(broken)")
            let type = try await lambda.log.first("a failed invocation") {
                if case .invocationFailed(_, let type, _) = $0 { type } else { nil }
            }
            #expect(type == "Function.Broken")
            #expect(try await get("/hello/Ada").body == "hello Ada\n", "and the next is served")
            #expect(lambda.log.startedEnvironments == 1)
        }
    }
}
#endif
