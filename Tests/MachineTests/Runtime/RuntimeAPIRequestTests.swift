// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct RuntimeAPIRequestTests {
    private func invocation(_ fields: [(name: String, value: String)] = []) throws -> NextInvocation {
        try NextInvocation(fields: [("Lambda-Runtime-Aws-Request-Id", "req-1")] + fields)
    }

    private func lines(_ request: RuntimeAPIRequest) -> [String] {
        ["\(request.method) \(request.path)"] + request.fields.map { "\($0.0): \($0.1)" }
    }

    @Test func declaresBothTrailersOfAStreamInTheOrderOfLambdasOwnClient() throws {
        let request = RuntimeAPIRequest.streamedResponse(
            to: try self.invocation(),
            contentType: "text/plain",
            host: "h:1"
        )
        #expect(
            self.lines(request) == [
                "post /2018-06-01/runtime/invocation/req-1/response",
                "Lambda-Runtime-Function-Response-Mode: streaming",
                "Trailer: Lambda-Runtime-Function-Error-Type",
                "Trailer: Lambda-Runtime-Function-Error-Body",
                "Content-Type: text/plain",
                "Host: h:1",
                "Connection: keep-alive",
                "Transfer-Encoding: chunked",
            ]
        )
    }

    @Test func echoesTheInvocationIDOnEveryAnswerIfThereIsOne() throws {
        let echo = "Lambda-Runtime-Invocation-Id: d-7"
        for (id, count) in [("d-7", 1), ("", 0)] {
            let invocation = try self.invocation([("Lambda-Runtime-Invocation-Id", id)])
            let requests: [RuntimeAPIRequest] = [
                .streamedResponse(to: invocation, contentType: "a/b", host: "h"),
                .bufferedResponse(to: invocation, contentType: "a/b", bodyBytes: 0, host: "h"),
                .error(of: invocation, type: "Function.X", bodyBytes: 0, host: "h"),
            ]
            for request in requests {
                #expect(self.lines(request).count { $0 == echo } == count, "\(request.path)")
            }
        }
    }

    @Test func framesWholeMessagesByTheirLength() throws {
        let invocation = try self.invocation()
        let requests: [RuntimeAPIRequest] = [
            .bufferedResponse(to: invocation, contentType: "a/b", bodyBytes: 12, host: "h"),
            .error(of: invocation, type: "Function.X", bodyBytes: 12, host: "h"),
            .initError(type: "Function.X", bodyBytes: 12, host: "h"),
        ]
        for request in requests {
            #expect(self.lines(request).contains("Content-Length: 12"))
            #expect(!request.fields.contains { $0.0 == "Transfer-Encoding" })
        }
        #expect(requests[2].path == "/2018-06-01/runtime/init/error")
    }

    @Test func asksForTheNextInvocationWithoutBody() {
        let request = RuntimeAPIRequest.next(host: "h")
        #expect(self.lines(request)[0] == "get /2018-06-01/runtime/invocation/next")
        #expect(!request.fields.contains { $0.0 == "Content-Length" })
    }
}
