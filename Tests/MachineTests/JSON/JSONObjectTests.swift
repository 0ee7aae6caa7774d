// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct JSONObjectTests {
    @Test func keepsTheOrderOfItsMembers() throws {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = 4
        #expect(object.members.map(\.name) == ["b", "a", "c"])
        #expect(JSONValue.object(object).description == #"{"b":4,"a":2,"c":3}"#)
        object["a"] = nil
        #expect(JSONValue.object(object).description == #"{"b":4,"c":3}"#)
        object["b"] = .some(.null)
        #expect(JSONValue.object(object).description == #"{"b":null,"c":3}"#)
    }

    @Test func takesTheLastOfTwoMembersOfOneName() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#.utf8).description == #"{"a":3,"b":2}"#)
    }

    @Test func tellsNamesApartByTheirBytes() throws {
        let text = "{\"\u{e9}\":1,\"e\u{301}\":2}"
        let object = try #require(try JSONValue(parsing: text.utf8).objectValue)
        #expect(object.count == 2)
        #expect(object["\u{e9}"] == 1)
        #expect(object["e\u{301}"] == 2)
    }

    @Test func isEqualInAnyOrder() {
        let first: JSONObject = ["a": 1, "b": [2]]
        let second: JSONObject = ["b": [2], "a": 1]
        #expect(first == second)
        #expect(first.hashValue == second.hashValue)
        #expect(first != ["a": 1])
        #expect(first != ["a": 1, "c": [2]])
    }

    @Test(arguments: [1, 15, 16, 17, 40])
    func findsEveryMemberAroundTheSizeWhereItBuildsAnIndex(_ count: Int) {
        var object = JSONObject()
        for number in 0..<count { object["k\(number)"] = .number(JSONNumber(number)) }
        for number in 0..<count { #expect(object["k\(number)"]?.intValue == number) }
        #expect(object["k\(count)"] == nil)
        for number in stride(from: 0, to: count, by: 2) { object["k\(number)"] = nil }
        for number in 0..<count {
            #expect(object["k\(number)"]?.intValue == (number % 2 == 0 ? nil : number), "\(number) of \(count)")
        }
        #expect(object.count == count / 2)
    }

    @Test(.timeLimit(.minutes(1)))
    func readsAnObjectOfManyMembersInLinearTime() throws {
        let members = (0..<100_000).map { "\"k\($0 % 60_000)\":\($0)" }
        let object = try #require(try JSONValue(parsing: "{\(members.joined(separator: ","))}".utf8).objectValue)
        #expect(object.count == 60_000)
        #expect(object["k1"]?.intValue == 60_001)
    }
}
