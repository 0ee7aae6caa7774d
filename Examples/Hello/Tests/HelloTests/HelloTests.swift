// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HelloFunction
import Sluice
import SluiceTesting
import Testing

@Suite struct HelloTests {
    @Test func greetsWordByWord() async throws {
        try await withTestedFunction(hello) { function in
            let call = try await function.invoke(.functionURL("/?name=Ada"))
            #expect(try await call.head().headers[.contentType] == "text/plain; charset=utf-8")

            let response = try await call.response()
            #expect(response.chunks.map(\.text).prefix(2) == ["Hello,\n", "Ada!\n"])
            #expect(response.chunks.map(\.at).prefix(3) == [.zero, .milliseconds(200), .milliseconds(400)])
            #expect(response.end.isComplete)
        }
    }

    /// Behind a Function URL, an API, a load balancer: it is the same function.
    @Test(arguments: TestEvent.Source.allCases)
    func asksForAName(source: TestEvent.Source) async throws {
        try await withTestedFunction(hello) { function in
            let response = try await function.invoke(.http(from: source, "/?name=")).response()
            #expect(response.head?.status == .badRequest)
            #expect(response.text.hasPrefix("Whom shall I greet?"))
        }
    }
}
