// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The example function, route by route, as its process answers a Runtime API.
@Suite struct DemoFunctionTests {
    private struct Answer {
        let prelude: [String: Any]
        let body: [UInt8]
        let trailers: [String]

        var status: Int? { self.prelude["statusCode"] as? Int }
        var headers: [String: String] { self.prelude["headers"] as? [String: String] ?? [:] }
        var text: String { String(decoding: self.body, as: UTF8.self) }
        var lines: [String] { self.text.split(whereSeparator: \.isNewline).map(String.init) }
    }

    private func answer(
        _ method: String,
        _ path: String,
        query: String = "",
        body: String = ""
    ) async throws -> Answer {
        let program = try BuiltProducts.url(of: "SluiceDemoFunction").path
        let event: [String: Any] = [
            "version": "2.0", "rawPath": path, "rawQueryString": query, "body": body,
            "requestContext": ["http": ["method": method, "sourceIp": "127.0.0.1"]],
        ]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: event), as: UTF8.self)
        let response = try await withScriptedServer { server in
            let environment = ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)"]
            return try await withChildProcess(program, environment: environment) { _ in
                let connection = try await server.accept()
                try await connection.answerNext(json)
                return try await connection.readStream()
            }
        }
        let head = try #require(response.chunks.first)
        #expect(response.chunks.dropFirst().first == [0, 0, 0, 0, 0, 0, 0, 0])
        return Answer(
            prelude: try #require(try JSONSerialization.jsonObject(with: Data(head)) as? [String: Any]),
            body: Array(response.chunks.dropFirst(2).joined()),
            trailers: response.trailers
        )
    }

    @Test func servesAPageThatNeedsNothingElse() async throws {
        let page = try await self.answer("GET", "/")
        #expect(page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(page.text.hasPrefix("<!doctype html>"))
        #expect(page.text.contains("getReader()"))
        #expect(!page.text.contains("http://") && !page.text.contains("https://"))
    }

    @Test func streamsATextWordByWord() async throws {
        let tokens = try await self.answer("GET", "/tokens", query: "gap=0&words=3")
        #expect(tokens.headers["content-type"] == "text/event-stream; charset=utf-8")
        #expect(
            tokens.text
                == "id: 1\ndata: Alice\n\nid: 2\ndata: was\n\nid: 3\ndata: beginning\n\nevent: end\ndata: 3 words\n\n"
        )
    }

    /// Around the length of the block that repeats, where a joined checksum would go wrong.
    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func knowsTheChecksumOfADownloadBeforehand(bytes: Int) async throws {
        let download = try await self.answer("GET", "/download", query: "bytes=\(bytes)")
        #expect(download.body.count == bytes)
        #expect(download.headers["x-checksum-crc32"] == String(format: "%08x", Self.checksum(download.body)))
        #expect(download.headers["x-body-bytes"] == "\(bytes)")
    }

    /// Bit by bit, as the standard defines it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
    }

    @Test func readsCSVAndStreamsTotals() async throws {
        let csv =
            "name,amount\r\n\"a, b\",1.5\r\n\"say \"\"hi\"\"\",2\r\n\r\nshort\r\n\"two\r\nlines\",x\r\nlast,-1\r\n"
        let rows = try await self.answer("POST", "/rows", body: csv)
        #expect(rows.headers["content-type"] == "application/x-ndjson")
        #expect(
            rows.lines == [
                #"{"row":2,"record":{"name":"a, b","amount":"1.5"},"totals":{"amount":1.5}}"#,
                #"{"row":3,"record":{"name":"say \"hi\"","amount":"2"},"totals":{"amount":3.5}}"#,
                #"{"row":5,"error":"1 fields, but the first line names 2"}"#,
                #"{"row":6,"record":{"name":"two\r\nlines","amount":"x"},"totals":{"amount":3.5}}"#,
                #"{"row":8,"record":{"name":"last","amount":"-1"},"totals":{"amount":2.5}}"#,
            ]
        )
    }

    @Test func saysWhereCSVIsMalformed() async throws {
        let unclosed = try await self.answer("POST", "/rows", body: "a,b\n1,2\n3,\"4\n5,6\n")
        #expect(unclosed.lines.last == #"{"row":3,"error":"a quoted field is never closed"}"#)
        let after = try await self.answer("POST", "/rows", body: "a\n\"x\"y\nz\n")
        #expect(after.lines == [#"{"row":2,"error":"text follows a closing quote"}"#])
        #expect(try await self.answer("POST", "/rows", body: "").status == 400)
        #expect(try await self.answer("POST", "/rows", body: "\"a\n").status == 400)
        #expect(try await self.answer("GET", "/rows").status == 405)
    }

    @Test func failsAfterSoManyChunks() async throws {
        let failed = try await self.answer("GET", "/fail", query: "after=2")
        #expect(failed.lines == ["chunk 1 of 2", "chunk 2 of 2"])
        #expect(failed.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.DemoFailure")
    }

    @Test func answersTheSmallRoutes() async throws {
        let empty = try await self.answer("GET", "/status/204")
        #expect(empty.status == 204 && empty.body.isEmpty && empty.headers.isEmpty)
        let cookies = try await self.answer("GET", "/cookies")
        #expect((cookies.prelude["cookies"] as? [String])?.count == 2)
        #expect(try await self.answer("GET", "/nothing").status == 404)
        for (path, query) in [
            ("/status/99", ""), ("/status/x", ""), ("/tokens", "gap=-1"), ("/tokens", "words=x"),
            ("/download", "bytes=209715201"), ("/download", "bytes=99999999999999999999"), ("/fail", "after="),
        ] {
            #expect(try await self.answer("GET", path, query: query).status == 400, "\(path)?\(query)")
        }
    }
}
