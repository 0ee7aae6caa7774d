// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

/// What the runtime clients of other languages do, each in its own way on the wire, reaches callers as from Lambda.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RuntimeClientTests {
    @Test(arguments: RuntimeClient.allCases)
    func aStreamArrivesWhicheverWayItsPreludeIsSplit(client: RuntimeClient) async throws {
        let replies = try await client.replies(to: "stream")
        #expect(replies.url.status == 201)
        #expect(replies.url["content-type"] == ["text/plain"])
        #expect(replies.url["set-cookie"] == (client == .swift ? [] : ["a=b"]))
        #expect(replies.url.text == "onetwo" && replies.url.isWhole, "\(replies.url)")
        let payload = client.prelude + "onetwo"
        #expect(try replies.stream.eventStream() == (payload, [:]))
        #expect(replies.invoke.text == payload && replies.invoke["x-amz-function-error"] == [], "\(replies.invoke)")
        #expect(replies.bufferingURL.status == 200 && replies.bufferingURL.text == payload)
        #expect(replies.notes.contains { $0.contains("BUFFERED does not interpret") }, "\(replies.notes)")
    }

    @Test(arguments: RuntimeClient.allCases)
    func aFailureBeforeTheFirstByteIsAFunctionError(client: RuntimeClient) async throws {
        let replies = try await client.replies(to: "early")
        for reply in [replies.url, replies.bufferingURL] {
            #expect(reply.status == 502 && reply.text == "Internal Server Error" && reply.isWhole, "\(reply)")
        }
        let complete = ["ErrorCode": client.errorType, "ErrorDetails": client.earlyReport]
        #expect(try replies.stream.eventStream() == ("", complete))
        #expect(replies.invoke.status == 200 && replies.invoke["x-amz-function-error"] == ["Unhandled"])
        #expect(replies.invoke.text == client.earlyReport)
    }

    /// Lambda's server believes trailers in a buffered invocation only of a runtime that names the response mode, which
    /// Go's does not; and Rust's writes them into the body, where nobody takes them for an error.
    @Test(arguments: RuntimeClient.allCases)
    func aFailureBehindTheFirstByteIsToldAsFarAsItsRuntimeTellsIt(client: RuntimeClient) async throws {
        let replies = try await client.replies(to: "late")
        let body = "one" + client.textOfTrailers
        #expect(replies.url.status == 201 && replies.url.text == body, "\(replies.url)")
        #expect(replies.url.isWhole == (client == .rust))
        let complete = client.lateReport.map { ["ErrorCode": client.errorType, "ErrorDetails": $0] } ?? [:]
        #expect(try replies.stream.eventStream() == (client.prelude + body, complete))
        let isFailure = client == .node || client == .swift
        #expect(replies.invoke["x-amz-function-error"] == (isFailure ? ["Unhandled"] : []))
        #expect(replies.invoke.text == (isFailure ? client.lateReport : client.prelude + body), "\(replies.invoke)")
        #expect(replies.bufferingURL.status == (isFailure ? 502 : 200), "\(replies.bufferingURL)")
        let hasNote = replies.notes.contains { $0.contains("error trailers as text") }
        #expect(hasNote == (client == .rust), "\(replies.notes)")
    }

    /// Rust's client leaves Nagle's algorithm on and writes its prelude in pieces: it waits for acknowledgements.
    @Test func aClientThatWaitsForAcknowledgementsIsNotHeldUp() async throws {
        let shortest = try await RuntimeClient.rust.shortestStream(of: 50)
        #expect(shortest < .milliseconds(35), "Linux takes 40 ms to acknowledge what nothing is sent for")
    }

    @Test(arguments: RuntimeClient.allCases)
    func aBufferedResultArrivesInChunksOrWithALength(client: RuntimeClient) async throws {
        let replies = try await client.replies(to: "buffered")
        let result = #"{"hello": "world"}"#
        let hasType = client == .go || client == .node
        #expect(replies.url.status == 200 && replies.url.text == result && replies.url.isWhole, "\(replies.url)")
        #expect(replies.url["content-type"] == [hasType ? "application/json" : "application/octet-stream"])
        #expect(try replies.stream.eventStream() == (result, [:]))
        #expect(replies.invoke.text == result && replies.invoke["x-amz-function-error"] == [], "\(replies.invoke)")
        #expect(replies.bufferingURL.text == #"{"hello":"world"}"#, "\(replies.bufferingURL)")
    }
}
