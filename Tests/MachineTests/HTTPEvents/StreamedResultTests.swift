// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct StreamedResultTests {
    private func lines(_ head: FunctionURLResponseHead) -> [String] {
        head.fields.map { "\($0.name.rawName): \($0.value)" }
    }

    @Test(
        arguments: [
            ("application/vnd.awslambda.http-integration-response", true),
            ("Application/Vnd.AwsLambda.HTTP-integration-response ; charset=utf-8", true),
            ("application/vnd.awslambda.http-integration-responses", false),
            ("application/json; a=application/vnd.awslambda.http-integration-response", false),
            ("", false), (nil, false),
        ] as [(String?, Bool)]
    )
    func parsesAPreludeForItsContentTypeOnly(_ contentType: String?, _ hasPrelude: Bool) {
        #expect(StreamedResult.hasPrelude(contentType: contentType) == hasPrelude)
    }

    @Test func sends200AndTheRuntimesTypeWithoutAPrelude() {
        #expect(
            self.lines(StreamedResult.head(contentType: "text/event-stream")) == ["Content-Type: text/event-stream"]
        )
        for none in [nil, ""] {
            let head = StreamedResult.head(contentType: none)
            #expect(head.statusCode == 200)
            #expect(self.lines(head) == ["Content-Type: application/octet-stream"])
        }
    }

    @Test func sendsOneSetCookieForEachCookieAndADefaultType() {
        let head = StreamedResult.head(Prelude(statusCode: 418, cookies: ["a=1", "b=2; Secure"]))
        #expect(head.statusCode == 418)
        #expect(
            self.lines(head)
                == ["Content-Type: application/octet-stream", "Set-Cookie: a=1", "Set-Cookie: b=2; Secure"]
        )
    }

    @Test func renamesAndDropsWhatTheServiceDecides() throws {
        var headers = HTTPFields()
        for (name, value) in [
            ("content-type", "text/html"), ("Content-Length", "5"), ("WWW-Authenticate", "Basic"),
            ("Connection", "close"),
            ("Date", "today"), ("Server", "mine"), ("Transfer-Encoding", "chunked"), ("Keep-Alive", "timeout=5"),
            ("Upgrade", "h2c"), ("TE", "trailers"), ("Trailer", "x"), ("X-Amzn-RequestId", "forged"),
            ("x-amzn-trace-id", "forged"), ("Vary", "a"), ("Vary", "b"),
        ] {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        let head = StreamedResult.head(Prelude(headers: headers))
        #expect(
            self.lines(head) == [
                "content-type: text/html", "x-amzn-Remapped-Content-Length: 5",
                "x-amzn-Remapped-www-authenticate: Basic",
                "x-amzn-Remapped-connection: close", "x-amzn-Remapped-date: today", "x-amzn-Remapped-server: mine",
                "Vary: a", "Vary: b",
            ]
        )
        let date = CivilTime(secondsSinceEpoch: 784_111_777).httpDate
        let complete = head.addingServiceFields(requestID: "r", traceID: "t", date: date)
        #expect(
            self.lines(complete).suffix(3)
                == ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "x-amzn-RequestId: r", "X-Amzn-Trace-Id: t"]
        )
    }

    @Test func namesNoTypeWhereTheStatusAllowsNoBody() {
        for status in [204, 304] {
            let head = StreamedResult.head(Prelude(statusCode: status))
            #expect(!head.allowsBody)
            #expect(head.fields.isEmpty)
        }
        #expect(StreamedResult.head(Prelude(statusCode: 205)).allowsBody)
    }
}
