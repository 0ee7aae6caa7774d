// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import CodableTeaFunction
import Sluice
import SluiceTesting
import Testing

@Suite struct TeaHouseTests {
    private func order(_ path: String, _ json: String) -> TestEvent {
        .functionURL(path, method: .post, body: ByteBuffer(string: json))
    }

    @Test func answersWithAValue() async throws {
        try await withTestedFunction(teaHouse) { function in
            let event = self.order("/receipt", #"{"tea":"oolong","cups":2}"#)
            let response = try await function.invoke(event).response()
            #expect(response.head?.status == .created)
            #expect(response.head?.headers[.contentType] == "application/json")
            #expect(response.text.contains(#""minutes":6"#))
        }
    }

    @Test func streamsAValueAsSoonAsItIsThere() async throws {
        try await withTestedFunction(teaHouse) { function in
            let response = try await function.invoke(self.order("/steps", #"{"tea":"assam","cups":3}"#)).response()
            #expect(response.head?.headers[.contentType] == "application/x-ndjson")
            #expect(response.chunks.map(\.at) == [.zero, .milliseconds(300), .milliseconds(600)])
            #expect(response.chunks[2].text.contains(#""cup":3"#))
            #expect(response.end.isComplete)
        }
    }

    @Test(arguments: [
        (#"{"tea":"coffee","cups":2}"#, "$.tea"), (#"{"tea":"sencha","cups":"two"}"#, "$.cups"), ("{", "$"),
    ])
    func saysWhatIsWrongWithAnOrder(json: String, place: String) async throws {
        try await withTestedFunction(teaHouse) { function in
            let response = try await function.invoke(self.order("/receipt", json)).response()
            #expect(response.head?.status == .badRequest)
            #expect(response.head?.headers[.contentType] == "application/problem+json")
            #expect(response.text.contains(place), "\(response.text)")
        }
    }
}
