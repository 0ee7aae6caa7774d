// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct InvokeCompleteTests {
    @Test(arguments: [
        (InvokeComplete(), "{}"),
        (InvokeComplete(logResult: ""), #"{"LogResult":""}"#),
        (
            InvokeComplete(errorCode: "Unhandled", errorDetails: "boom"),
            #"{"ErrorCode":"Unhandled","ErrorDetails":"boom"}"#
        ),
        (
            InvokeComplete(errorCode: "A", errorDetails: #"{"a":"b"}"#, logResult: "eA=="),
            #"{"ErrorCode":"A","ErrorDetails":"{\"a\":\"b\"}","LogResult":"eA=="}"#
        ),
    ])
    func writesAndReadsItsMembers(complete: InvokeComplete, json: String) throws {
        #expect(String(buffer: complete.serialized()) == json)
        #expect(try InvokeComplete(parsing: ByteBuffer(string: json)) == complete)
    }

    @Test func readsNullsUnknownMembersAndErrorsThatAreNoStrings() throws {
        let nulls = ByteBuffer(string: #"{"ErrorCode":null,"ErrorDetails":null,"LogResult":null,"Other":1}"#)
        #expect(try InvokeComplete(parsing: nulls) == InvokeComplete())
        let object = ByteBuffer(string: #"{"ErrorCode":7,"ErrorDetails":{"a": [1.0]}}"#)
        #expect(
            try InvokeComplete(parsing: object) == InvokeComplete(errorCode: "7", errorDetails: #"{"a":[1.0]}"#)
        )
    }

    @Test func onlyACodeThatIsNotEmptyIsAFailure() {
        #expect(InvokeComplete(errorCode: "x").isFailure)
        #expect(!InvokeComplete(errorCode: "", errorDetails: "x").isFailure)
        #expect(!InvokeComplete().isFailure)
    }

    @Test func refusesWhatIsNoObject() {
        #expect(throws: InvokeComplete.Malformed.notAnObject) { try InvokeComplete(parsing: ByteBuffer(string: "[]")) }
        #expect(throws: InvokeComplete.Malformed.self) { try InvokeComplete(parsing: ByteBuffer()) }
        #expect(throws: InvokeComplete.Malformed.self) { try InvokeComplete(parsing: ByteBuffer(string: "{")) }
    }

    @Test func theHeadersOfBothEventsAreThoseOfTheGoldenFrames() {
        for (event, golden) in [
            (InvokeStreamEvent.payloadChunk, EventStreamSamples.chunkHeaders),
            (.invokeComplete, EventStreamSamples.completeHeaders),
        ] {
            #expect(event.headers.map { EventStreamHeader(name: $0.name, value: .string($0.value)) } == golden)
        }
    }
}
