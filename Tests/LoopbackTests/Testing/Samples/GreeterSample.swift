// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import Sluice
import SluiceTesting
import Testing

let greeter = HTTPFunction { request, context in
    guard let name = request.queryItem("name") else { return .text("Whom?\n", status: .badRequest) }
    return .stream(headers: [.contentType: "text/plain"]) { writer in
        for word in ["hello ", name, "\n"] {
            try await writer.write(word)
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }
}

@Test func greetsWordByWord() async throws {
    try await withTestedFunction(greeter) { function in
        let call = try await function.invoke(.functionURL("/?name=Ada"))
        #expect(try await call.head().headers[.contentType] == "text/plain")

        let first = try await call.nextChunk()
        #expect(first?.text == "hello ")

        let rest = try await call.response()
        #expect(rest.chunks.map(\.text) == ["Ada", "\n"])
        #expect(rest.chunks.map(\.at) == [.milliseconds(200), .milliseconds(400)])
        #expect(rest.end.isComplete)
    }
}

@Test(arguments: TestEvent.Source.allCases)
func wantsAName(_ source: TestEvent.Source) async throws {
    try await withTestedFunction(greeter) { function in
        let response = try await function.invoke(.http(from: source, "/")).response()
        #expect(response.head?.status == .badRequest)
    }
}
