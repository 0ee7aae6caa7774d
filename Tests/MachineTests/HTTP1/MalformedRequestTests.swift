// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceHTTPServer
import Testing

/// What is no HTTP is refused, with a word on why.
@Suite struct MalformedRequestTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let bytes: String
        let status: Int
        let words: String

        var testDescription: String { self.bytes.debugDescription }
    }

    private static let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"

    static let heads: [Case] = [
        Case(bytes: "WHAT / HTTP/1.1\r\n\r\n", status: 400, words: "its method"),
        Case(bytes: "\u{16}\u{3}\u{1}\u{2}", status: 400, words: "its method"),
        Case(bytes: "GET / FTP/1.1\r\n\r\n", status: 400, words: "the version"),
        Case(bytes: "GET / HTTP/2.0\r\n\r\n", status: 505, words: "HTTP/1.1 only"),
        Case(bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 400, words: ""),
        Case(bytes: "GET / HTTP/1.1\r\na: b\u{0}c\r\n\r\n", status: 400, words: "header field"),
        Case(bytes: "GET / HTTP/1.1\r\na: b\rc\r\n\r\n", status: 400, words: ""),
        Case(bytes: "GET / HTTP/1.1\r\na b: c\r\n\r\n", status: 400, words: "header field"),
        Case(bytes: "GET / HTTP/1.1\r\n: c\r\n\r\n", status: 400, words: "header field"),
        Case(bytes: "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", status: 400, words: "Content-Length"),
        Case(bytes: "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", status: 400, words: "Content-Length"),
        Case(
            bytes: "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            status: 400,
            words: "Content-Length"
        ),
        Case(
            bytes: "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            status: 400,
            words: "Content-Length"
        ),
        Case(
            bytes: "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            status: 400,
            words: "transfer encoding"
        ),
        Case(
            bytes: "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            status: 400,
            words: "Transfer-Encoding"
        ),
        Case(bytes: "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", status: 400, words: "transfer encoding"),
    ]

    static let chunks: [Case] = [
        "\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", "g\r\n", " 1\r\n", "1 \r\nx", "1\nx", "11111111111111111\r\n",
        "2\r\nabc\r\n", "2\r\nab0\r\n\r\n", "1\rx", "1;a=\u{0}\r\nx",
    ].map { Case(bytes: Self.chunked + $0, status: 400, words: "") }

    @Test(arguments: heads + chunks) func isRefused(_ sample: Case) throws {
        for bounds in [ConnectionBounds.callers, .runtimes] {
            let router = RecordingRouter()
            let server = EmbeddedServer(router: router, bounds: bounds)
            let connection = try server.connect()
            try connection.send(sample.bytes)
            let received = try connection.received()
            #expect(received.hasPrefix("HTTP/1.1 \(sample.status) "), "\(received)")
            #expect(sample.words.isEmpty || received.contains(sample.words), "\(received)")
            #expect(!connection.isOpen)
            #expect(router.requests.allSatisfy { $0.ends == 0 && $0.losses == 1 })
            #expect(server.faults.count == 1)
        }
    }
}
