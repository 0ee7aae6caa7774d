// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct ErrorReportTests {
    @Test func writesTypeMessageAndStack() {
        let report = ErrorReport(errorType: "TypeError", errorMessage: "say \"no\"\n", stackTrace: ["a", "b"])
        #expect(
            String(buffer: report.json())
                == #"{"errorType":"TypeError","errorMessage":"say \"no\"\n","stackTrace":["a","b"]}"#
        )
        let short = ErrorReport(errorType: "E", errorMessage: "m")
        #expect(String(buffer: short.json()) == #"{"errorType":"E","errorMessage":"m"}"#)
        #expect(ErrorReport(json: report.json()) == report)
    }

    @Test func readsWhatTheRuntimesOfOtherLanguagesSend() {
        let cases: [(String, ErrorReport?)] = [
            (
                #"{"errorType":"TypeError","errorMessage":"boom","trace":["TypeError: boom","    at x"]}"#,
                ErrorReport(errorType: "TypeError", errorMessage: "boom", stackTrace: ["TypeError: boom", "    at x"])
            ),
            (
                #"{"errorMessage":"m","errorType":"T","requestId":"1","stackTrace":["  File\n"]}"#,
                ErrorReport(errorType: "T", errorMessage: "m", stackTrace: ["  File\n"])
            ),
            (
                #"{"errorMessage":"m","errorType":"errorString","stackTrace":[{"path":"p","line":1,"label":"l"}]}"#,
                ErrorReport(
                    errorType: "errorString",
                    errorMessage: "m",
                    stackTrace: [#"{"path":"p","line":1,"label":"l"}"#]
                )
            ),
            (#"{"errorMessage":"m"}"#, ErrorReport(errorType: "", errorMessage: "m")),
            (
                #"{"errorMessage":{"code":1},"errorType":null,"stackTrace":"a\nb"}"#,
                ErrorReport(errorType: "", errorMessage: #"{"code":1}"#, stackTrace: ["a", "b"])
            ),
            (#"{"message":"m"}"#, nil), (#""m""#, nil), ("[]", nil), ("", nil), ("not json", nil),
        ]
        for (text, report) in cases {
            #expect(ErrorReport(json: ByteBuffer(string: text)) == report, "\(text)")
        }
    }

    @Test func shortensToEverySizeAndStaysAReport() throws {
        let report = ErrorReport(
            errorType: "Some.Type",
            errorMessage: "first \u{1} \"second\" 😀€ third",
            stackTrace: ["one", "two\n", "three"]
        )
        let whole = report.json().readableBytes
        let least = ErrorReport(errorType: "", errorMessage: "").json().readableBytes
        for limit in least...whole {
            let json = report.json(maximumBytes: limit)
            #expect(json.readableBytes <= limit)
            let read = try #require(ErrorReport(json: json), "limit \(limit)")
            #expect(report.stackTrace.starts(with: read.stackTrace))
            if read.errorMessage != report.errorMessage {
                #expect(read.stackTrace.isEmpty)
                #expect(read.errorMessage.isEmpty || read.errorMessage.hasSuffix("…"))
            }
        }
        #expect(report.json(maximumBytes: whole) == report.json())
    }

    @Test func boundsTheReportOfALongMessage() {
        let report = ErrorReport(errorType: "T", errorMessage: String(repeating: "\0", count: 180_000))
        #expect(report.json().readableBytes <= Limits.maximumErrorReportBytes)
        #expect(report.json().readableBytes > Limits.maximumErrorReportBytes - 16)
    }
}
