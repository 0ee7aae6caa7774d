// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire

extension FuzzTarget {
    /// A line for the type, a line for the trailer's body, and the rest as the body of a POST to `/error`.
    static func tryErrorTrailers(_ input: [UInt8]) throws(FuzzFinding) {
        var input = FuzzInput(input)
        let type = input.line()
        let trailer = input.line()
        var fields = HTTPFields()
        if !type.isEmpty { fields[RuntimeAPIHeader.errorType] = type }
        if !trailer.isEmpty { fields[RuntimeAPIHeader.errorBody] = trailer }
        if let trailers = ErrorReport.fromTrailers(fields) {
            let failure = InvocationFailure.inTrailers(trailers)
            try require(!failure.errorType.isEmpty, "a failure without a type")
            if let report = trailers.report { try Self.tryReport(report) }
        } else {
            try require(fields.isEmpty, "trailers are taken for none")
        }
        let body = input.buffer
        for contentType in [nil, RuntimeAPIHeader.errorCauseContentType] {
            let failure = InvocationFailure.reported(typeHeader: type, contentType: contentType, body: body)
            try require(!failure.errorType.isEmpty, "a failure without a type")
            if contentType == nil { try require(failure.payload == body, "the caller does not get the report") }
        }
        if let report = ErrorReport(json: body) { try Self.tryReport(report) }
        try Self.tryReport(ErrorReport(errorType: type, errorMessage: trailer, stackTrace: [input.text]))
    }

    /// A report is written within any bound that leaves room for its frame, and its trailers can be read again.
    private static func tryReport(_ report: ErrorReport) throws(FuzzFinding) {
        let whole = report.json(maximumBytes: .max)
        for bound in [40, 100, whole.readableBytes - 1] where bound >= 40 {
            let json = report.json(maximumBytes: bound)
            try require(json.readableBytes <= bound, "\(json.readableBytes) bytes, and \(bound) are allowed")
            try require((try? JSONValue(parsing: json))?.objectValue != nil, "no JSON object: \(json)")
        }
        let trailers = report.trailers()
        let bytes = trailers.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
        try require(bytes <= Limits.maximumErrorTrailerBytes, "\(bytes) bytes of trailers")
        let again = ErrorReport.fromTrailers(trailers)
        try require(again?.isBase64 == true, "trailers that cannot be read: \(trailers)")
        try require(again?.type == ErrorReport.headerText(report.errorType), "another type: \(trailers)")
    }
}
