// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

/// Forms of a response that only some of these clients have, or that they have without meaning to.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct RuntimeClientFormTests {
    /// Swift's has no content type, Go's that of its handler.
    @Test(arguments: [RuntimeClient.go, .node, .swift])
    func aStreamWithoutAPreludeArrivesAsItIs(client: RuntimeClient) async throws {
        let replies = try await client.replies(to: "plain")
        #expect(replies.url.status == 200 && replies.url.text == "onetwo" && replies.url.isWhole, "\(replies.url)")
        #expect(replies.url["content-type"] == [client == .go ? "text/csv" : "application/octet-stream"])
        #expect(try replies.stream.eventStream() == ("onetwo", [:]))
        #expect(replies.invoke.text == "onetwo" && replies.invoke["x-amz-function-error"] == [])
        #expect(replies.bufferingURL.status == 502)
        #expect(replies.notes.contains { $0.contains("not JSON") }, "\(replies.notes)")
    }

    @Test(arguments: RuntimeClient.allCases)
    func aPreludeWithoutABodyIsAnAnswer(client: RuntimeClient) async throws {
        let replies = try await client.replies(to: "bodyless")
        #expect(replies.url.status == 201 && replies.url.text.isEmpty && replies.url.isWhole, "\(replies.url)")
        #expect(try replies.stream.eventStream() == (client.prelude, [:]))
        #expect(replies.invoke.text == client.prelude)
    }

    /// Node's client sends the prelude with the first write: a handler that only ends an HTTP stream sends none.
    @Test func anHTTPStreamThatOnlyEndsHasNoPreludeAndAPlainOneNeedsNone() async throws {
        let plain = try await RuntimeClient.node.replies(to: "ended")
        #expect(plain.url.status == 200 && plain.url.text.isEmpty && plain.url.isWhole, "\(plain.url)")
        #expect(try plain.stream.eventStream() == ("", [:]))

        let http = try await RuntimeClient.node.replies(to: "from_end")
        #expect(http.url.status == 502, "\(http.url)")
        #expect(http.url["x-amzn-errortype"] == ["InternalServerErrorException"])
        #expect(try http.stream.eventStream() == ("", [:]))
        let words = "without the prelude that its content type announces"
        #expect(http.notes.contains { $0.contains(words) }, "\(http.notes)")

        let thrown = try await RuntimeClient.node.replies(to: "from_throw")
        #expect(thrown.url.status == 502)
        #expect(try thrown.stream.eventStream().complete["ErrorCode"] == "TypeError")
        #expect(thrown.invoke["x-amz-function-error"] == ["Unhandled"])
    }

    /// One read of the socket does not hold it: it is taken for data, and the log says so all the same.
    @Test func anErrorAsTextIsNoticedInHoweverManyPiecesItComes() async throws {
        let replies = try await RuntimeClient.rust.replies(to: "long_late")
        #expect(replies.url.status == 201 && replies.url.isWhole)
        #expect(replies.url.text.hasPrefix("token token ") && replies.url.text.count > 13_000)
        #expect(replies.notes.contains { $0.contains("error trailers as text") }, "\(replies.notes)")
    }

    @Test func aHeaderThatIsAnArrayIsNoPrelude() async throws {
        let replies = try await RuntimeClient.rust.replies(to: "repeated")
        #expect(replies.url.status == 502, "\(replies.url)")
        #expect(replies.notes.contains { $0.contains(#"headers["x-a"] must be a string"#) }, "\(replies.notes)")
        #expect(try replies.stream.eventStream().text.hasSuffix("one"))
    }

    @Test func severalValuesOfAHeaderAreSeveralFields() async throws {
        let replies = try await RuntimeClient.swift.replies(to: "many")
        #expect(replies.url.status == 201 && replies.url.text == "one", "\(replies.url)")
        #expect(replies.url["set-cookie"] == ["a=b", "c=d"])
        #expect(replies.url["x-m"] == ["1", "2"])
    }

    @Test func aLongResultInChunksWithoutAModeIsABufferedOne() async throws {
        let replies = try await RuntimeClient.swift.replies(to: "six_million")
        #expect(replies.invoke.text.utf8.count == 6_000_000 && replies.invoke["x-amz-function-error"] == [])
        #expect(replies.url.status == 200 && replies.url.text.utf8.count == 6_000_000 && replies.url.isWhole)
    }
}
