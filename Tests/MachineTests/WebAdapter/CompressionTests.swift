// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOHTTP1
import SluiceGzip
import Testing

@testable import SluiceWebAdapter

@Suite struct CompressionTests {
    private func head(_ headers: HTTPHeaders, status: Int = 200) throws -> UpstreamHead {
        try UpstreamHead(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers))
    }

    @Test(arguments: [
        ("gzip", true), ("deflate, gzip;q=0.5, br", true), ("x-gzip", true), ("*", true), ("GZIP", true), (nil, false),
        ("", false), ("br", false), ("gzip;q=0", false), ("gzip; q=0.0", false), ("*;q=0", false),
        ("gzip;q=0, *", false),
        ("identity", false),
    ])
    func gzipIsForThoseWhoAcceptIt(acceptEncoding: String?, applies: Bool) throws {
        let head = try self.head(["content-type": "text/plain"])
        #expect(CompressionRule.applies(to: head, acceptEncoding: acceptEncoding, isHead: false) == applies)
    }

    @Test(arguments: [
        ("text/event-stream", true), ("text/html; charset=utf-8", true), ("application/json", true),
        ("Application/Problem+JSON", true), ("image/svg+xml", true), ("image/png", false), ("application/zip", false),
        ("application/octet-stream", false), ("", false),
    ])
    func onlyWhatGetsShorterIsCompressed(type: String, applies: Bool) throws {
        let head = try self.head(["content-type": type])
        #expect(CompressionRule.applies(to: head, acceptEncoding: "gzip", isHead: false) == applies)
    }

    @Test(arguments: [
        (204, "x-a", ""), (304, "x-a", ""), (206, "x-a", ""), (200, "content-encoding", "br"),
        (200, "content-range", "bytes 0-1/2"), (200, "cache-control", "public, no-transform"),
    ])
    func whatMustStayAsItIsStays(status: Int, name: String, value: String) throws {
        let head = try self.head(["content-type": "text/plain", name: value], status: status)
        #expect(!CompressionRule.applies(to: head, acceptEncoding: "gzip", isHead: false))
    }

    @Test func theAnswerToAHeadIsNotCompressed() throws {
        let head = try self.head(["content-type": "text/plain"])
        #expect(!CompressionRule.applies(to: head, acceptEncoding: "gzip", isHead: true))
    }

    @Test func theHeadSaysSo() throws {
        let head = try self.head([
            "content-type": "text/plain", "etag": "\"1\"", "vary": "cookie", "accept-ranges": "bytes",
        ])
        let fields = CompressionRule.applied(to: head).fields
        #expect(
            fields.map { "\($0.name.canonicalName): \($0.value)" } == [
                "content-type: text/plain", "etag: W/\"1\"", "vary: cookie, accept-encoding", "content-encoding: gzip",
            ]
        )
        let weak = try self.head(["etag": "W/\"1\"", "vary": "Accept-Encoding"])
        #expect(CompressionRule.applied(to: weak).fields[.eTag] == "W/\"1\"")
        #expect(CompressionRule.applied(to: weak).fields[.vary] == "Accept-Encoding")
    }

    /// What a reader makes of it, `LiveCompressionTests` asks one that is not ours.
    @Test func eachPieceEndsWithAMarkOfItsOwn() throws {
        let stream = try GzipStream()
        for text in ["data: one\n\n", "", String(repeating: "x", count: 1_000_000)] {
            let bytes = Array(stream.compress(ByteBuffer(string: text)).readableBytesView)
            #expect(text.isEmpty || bytes.suffix(4) == [0, 0, 0xFF, 0xFF], "a flush ends with an empty block")
        }
        #expect(stream.finish().readableBytes >= 8)
    }
}
