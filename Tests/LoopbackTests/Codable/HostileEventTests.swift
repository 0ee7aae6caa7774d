// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Codable
import Foundation
import HTTPTypes
import NIOCore
import Sluice
import SluiceTesting
import Testing

/// Events and bodies that are not what a function asked for.
@Suite struct HostileCodableEventTests {
    private struct Order: Codable {
        struct Item: Codable { var price: Int8 }
        var tea: String
        var items: [Item]
    }

    /// The place, and the beginning of what was expected there.
    private static let refused: [(String, String)] = [
        ("", "$: "), ("null", "$"), ("[]", "$: expected "), ("{", "$: JSON ends too early, at byte 1"), ("\"", "$: "),
        ("{}x", "$: "), ("\0", "$: "),
        (#"{}"#, "$.tea: expected a member of this name"),
        (#"{"tea":null,"items":[]}"#, "$.tea: "),
        (#"{"tea":1,"items":[]}"#, "$.tea: expected String: "),
        (#"{"tea":"a","items":{}}"#, "$.items: expected "),
        (#"{"tea":"a","items":[{"price":1},{"price":"x"}]}"#, "$.items[1].price: expected Int8: "),
        (#"{"tea":"a","items":[{"price":300}]}"#, "$: a number does not fit into the type"),
        (#"{"tea":"a","items":[{"price":1e400}]}"#, "$"),
        (#"{"tea":"a","items":[{"price":NaN}]}"#, "$"),
        (#"{"tea":"\ud800","items":[]}"#, "$"), (#"{"tea":"a" "items":[]}"#, "$: JSON has '\"' at byte 11"),
        (String(repeating: "[", count: 100_000), "$"),
        (String(repeating: #"{"a":"#, count: 100_000), "$"),
    ]

    @Test func anEventThatIsNoSuchValueIsNamedWithItsPlace() async throws {
        let function = LambdaFunction(decoding: Order.self) { order, _ in order.tea }
        try await withTestedFunction(function) { function in
            for (event, beginning) in Self.refused {
                let failure = try await function.invoke(.raw(event)).end().failure
                #expect(failure?.type == "Function.InvalidEvent", "\(event.prefix(60))")
                let message = failure?.message ?? ""
                #expect(message.hasPrefix("the event is no Order: \(beginning)"), "\(event.prefix(60)): \(message)")
                #expect(message.utf8.count < 1_000)
            }
            let bytes = ByteBuffer(bytes: Array(#"{"tea":""#.utf8) + [0xFF, 0xC0] + Array(#"","items":[]}"#.utf8))
            let first = try await function.invoke(.raw(bytes)).end().failure?.type
            #expect(first == "Function.InvalidEvent")
            // It goes on with the next.
            let second = try await function.invoke(.raw(#"{"tea":"x","items":[]}"#)).response().text
            #expect(second == #""x""#)
        }
    }

    @Test func aBodyThatIsNoSuchValueIsAnswered400() async throws {
        let function = HTTPFunction { request, _ in
            let order = try request.decode(Order.self)
            return try .json(encoding: order.tea, status: .created, cookies: ["a=b"])
        }
        try await withTestedFunction(function) { function in
            for (body, beginning) in Self.refused {
                let body = ByteBuffer(string: body)
                let response = try await function.invoke(.functionURL(method: .post, body: body)).response()
                #expect(response.end.isComplete)
                #expect(response.head?.status == .badRequest)
                #expect(response.head?.headers[.contentType] == "application/problem+json")
                let problem = try JSONDecoder().decode(
                    [String: Problem].self,
                    from: Data(response.body.readableBytesView)
                )
                #expect(problem["status"] == .number(400))
                guard case .text(let detail)? = problem["detail"] else {
                    Issue.record("no detail in \(response.text)")
                    continue
                }
                #expect(detail.hasPrefix(beginning))
            }
            let body = ByteBuffer(string: #"{"tea":"x","items":[]}"#)
            let response = try await function.invoke(.functionURL(method: .post, body: body)).response()
            #expect(response.head?.status == .created && response.head?.cookies == ["a=b"])
            #expect(response.text == #""x""#)
        }
    }

    private enum Problem: Decodable, Equatable {
        case number(Int)
        case text(String)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int.self) {
                self = .number(number)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }

    @Test func aHandlerMayAnswerItsOwnWay() async throws {
        let function = HTTPFunction { request, _ in
            do throws(InvalidBody) {
                return .text(try request.decode(Order.self).tea)
            } catch {
                return .text("\(error.code) \(error.codingPath)", status: .unprocessableContent)
            }
        }
        let codes = [
            ("{", "malformed $"), ("{}", "missingValue $.tea"), (#"{"tea":[]}"#, "typeMismatch $.tea"),
            (#"{"tea":"","items":[{"price":1000}]}"#, "invalidValue $"),
        ]
        try await withTestedFunction(function) { function in
            for (body, text) in codes {
                let event = TestEvent.functionURL(method: .post, body: ByteBuffer(string: body))
                let response = try await function.invoke(event).response()
                #expect(response.head?.status == .unprocessableContent)
                #expect(response.text == text)
            }
        }
    }
}
#endif
