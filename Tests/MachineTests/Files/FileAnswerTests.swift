// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceWire
import Testing

@Suite struct FileAnswerTests {
    private static let file = FileState(sizeBytes: 1_000, modifiedSeconds: 784_111_777, modifiedNanoseconds: 5)
    private static let tag = Self.file.entityTag.field
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let later = "Sun, 06 Nov 1994 08:49:38 GMT"

    private func answer(_ headers: HTTPFields, _ method: HTTPRequest.Method = .get) -> FileAnswer {
        FileAnswer(to: method, headers, for: Self.file)
    }

    @Test func answersAPlainRequestWithEverything() {
        #expect(self.answer([:]) == .whole)
        #expect(self.answer([:], .head) == .whole)
        #expect(FileAnswer.whole.bytes(of: Self.file) == 0..<1_000)
    }

    @Test func answersARangeWithAPart() {
        #expect(self.answer([.range: "bytes=10-19"]) == .part(10..<20))
        #expect(self.answer([.range: "bytes=1000-"]) == .unsatisfiable)
        #expect(self.answer([.range: "bytes=0-1,3-4"]) == .whole)
        #expect(self.answer([.range: "bytes=10-19"], .head) == .whole)
    }

    @Test func takesARangeOnlyOfTheStateThatTheCallerHas() {
        let range = "bytes=10-19"
        #expect(self.answer([.range: range, .ifRange: Self.tag]) == .part(10..<20))
        for validator in ["W/" + Self.tag, "\"other\"", Self.date, Self.earlier, "x", ""] {
            #expect(self.answer([.range: range, .ifRange: validator]) == .whole, "\(validator)")
            #expect(self.answer([.range: "bytes=1000-", .ifRange: validator]) == .whole)
        }
    }

    @Test func saysThatTheCallerHasItAlready() {
        for method in [HTTPRequest.Method.get, .head] {
            for tags in [Self.tag, "W/" + Self.tag, "\"x\", " + Self.tag, "*"] {
                #expect(self.answer([.ifNoneMatch: tags], method) == .notModified, "\(tags)")
            }
            #expect(self.answer([.ifModifiedSince: Self.date], method) == .notModified)
            #expect(self.answer([.ifModifiedSince: Self.later], method) == .notModified)
        }
        #expect(self.answer([.ifNoneMatch: "\"x\""]) == .whole)
        #expect(self.answer([.ifModifiedSince: Self.earlier]) == .whole)
        #expect(self.answer([.ifModifiedSince: "yesterday"]) == .whole)
        #expect(self.answer([.ifNoneMatch: Self.tag, .range: "bytes=0-1"]) == .notModified)
    }

    /// Section 13.2.2: who names tags is not asked for dates.
    @Test func prefersTagsToDates() {
        #expect(self.answer([.ifNoneMatch: "\"x\"", .ifModifiedSince: Self.date]) == .whole)
        #expect(self.answer([.ifMatch: Self.tag, .ifUnmodifiedSince: Self.earlier]) == .whole)
    }

    @Test func refusesWhenAPreconditionDoesNotHold() {
        #expect(self.answer([.ifMatch: Self.tag]) == .whole)
        #expect(self.answer([.ifMatch: "*"]) == .whole)
        #expect(self.answer([.ifMatch: "\"x\""]) == .preconditionFailed)
        #expect(self.answer([.ifMatch: "W/" + Self.tag]) == .preconditionFailed)
        #expect(self.answer([.ifUnmodifiedSince: Self.date]) == .whole)
        #expect(self.answer([.ifUnmodifiedSince: Self.earlier]) == .preconditionFailed)
        #expect(self.answer([.ifUnmodifiedSince: "yesterday"]) == .whole)
        #expect(self.answer([.ifMatch: "\"x\"", .ifNoneMatch: Self.tag]) == .preconditionFailed)
    }

    @Test func asksNoConditionsOfOtherMethods() {
        #expect(self.answer([.ifNoneMatch: "*", .range: "bytes=0-0", .ifMatch: "\"x\""], .post) == .whole)
    }

    @Test func hasTheFieldsOfItsStatus() {
        let validators: HTTPFields = [.eTag: Self.tag, .lastModified: Self.date]
        func fields(_ answer: FileAnswer) -> HTTPFields { answer.fields(of: Self.file, contentType: "image/png") }
        let whole: HTTPFields = [.acceptRanges: "bytes", .contentType: "image/png"]
        #expect(fields(.whole) == whole + validators)
        #expect(fields(.part(10..<20)) == whole + [.contentRange: "bytes 10-19/1000"] + validators)
        #expect(fields(.notModified) == [.acceptRanges: "bytes"] + validators)
        #expect(fields(.preconditionFailed) == [.acceptRanges: "bytes"] + validators)
        #expect(fields(.unsatisfiable) == [.acceptRanges: "bytes", .contentRange: "bytes */1000"])
        let statuses = [FileAnswer.whole, .part(0..<1), .notModified, .preconditionFailed, .unsatisfiable].map(
            \.status.code
        )
        #expect(statuses == [200, 206, 304, 412, 416])
    }

    @Test func tellsStatesOfAFileApart() {
        var tags: Set<String> = [Self.tag]
        for (size, seconds, nanoseconds) in [(1_001, 784_111_777, 5), (1_000, 784_111_778, 5), (1_000, 784_111_777, 6)]
        {
            let state = FileState(
                sizeBytes: Int64(size),
                modifiedSeconds: Int64(seconds),
                modifiedNanoseconds: Int64(nanoseconds)
            )
            #expect(tags.insert(state.entityTag.field).inserted)
        }
        let extremes = FileState(sizeBytes: .max, modifiedSeconds: .min, modifiedNanoseconds: .min)
        #expect(EntityTag(field: extremes.entityTag.field) == extremes.entityTag)
    }
}

private func + (first: HTTPFields, second: HTTPFields) -> HTTPFields {
    var all = first
    all.append(contentsOf: second)
    return all
}
