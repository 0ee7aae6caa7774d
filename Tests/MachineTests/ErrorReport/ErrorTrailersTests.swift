// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct ErrorTrailersTests {
    private func trailers(type: String?, body: String?) -> HTTPFields {
        var fields = HTTPFields()
        fields[RuntimeAPIHeader.errorType] = type
        fields[RuntimeAPIHeader.errorBody] = body
        return fields
    }

    @Test func writesTypeThenBase64OfTheReport() throws {
        let report = ErrorReport(errorType: "TypeError", errorMessage: "boom")
        let fields = report.trailers()
        #expect(
            fields.map { "\($0.name.rawName): \($0.value)" } == [
                "Lambda-Runtime-Function-Error-Type: TypeError",
                "Lambda-Runtime-Function-Error-Body: "
                    + "eyJlcnJvclR5cGUiOiJUeXBlRXJyb3IiLCJlcnJvck1lc3NhZ2UiOiJib29tIn0=",
            ]
        )
        let read = try #require(ErrorReport.fromTrailers(fields))
        #expect(read.type == "TypeError")
        #expect(read.report == report)
        #expect(read.bodyText == #"{"errorType":"TypeError","errorMessage":"boom"}"#)
    }

    @Test(arguments: [10, 2_000, 3_000, 4_000, 100_000])
    func staysWithinWhatAGoServerReads(_ count: Int) throws {
        let report = ErrorReport(
            errorType: String(repeating: "T", count: count),
            errorMessage: String(repeating: "é", count: count),
            stackTrace: Array(repeating: "frame", count: count)
        )
        let fields = report.trailers()
        let bytes = fields.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
        #expect(bytes <= Limits.maximumErrorTrailerBytes)
        #expect(try #require(ErrorReport.fromTrailers(fields)).report?.errorMessage.hasPrefix("éé") == true)
    }

    @Test func makesOneVisibleLineOfAnyType() {
        let report = ErrorReport(errorType: "My Type\r\nX-Evil: é\0", errorMessage: "m")
        #expect(report.trailers()[RuntimeAPIHeader.errorType] == "My?Type??X-Evil:????")
    }

    @Test func survivesABodyThatIsNotBase64() throws {
        let read = try #require(ErrorReport.fromTrailers(self.trailers(type: "Unhandled", body: "Requires base64")))
        #expect(read.type == "Unhandled")
        #expect(!read.isBase64)
        #expect(read.report == nil)
        #expect(read.bodyText == "Requires base64")
    }

    @Test func survivesABodyThatIsNotJSON() throws {
        let body = Base64.encode([0x68, 0x69, 0xFF])
        let read = try #require(ErrorReport.fromTrailers(self.trailers(type: nil, body: body)))
        #expect(read.type == nil)
        #expect(read.isBase64)
        #expect(read.report == nil)
        #expect(read.bodyText == "hi\u{FFFD}")
        #expect(read.bodyBytes == ByteBuffer(bytes: [0x68, 0x69, 0xFF]))
    }

    @Test func tellsNoErrorFromAnErrorWithoutABody() throws {
        #expect(ErrorReport.fromTrailers([:]) == nil)
        let read = try #require(ErrorReport.fromTrailers(self.trailers(type: "Sandbox.Timeout", body: "")))
        #expect(read.type == "Sandbox.Timeout")
        #expect(read.bodyText.isEmpty)
    }
}
