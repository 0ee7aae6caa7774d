// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import Sluice

/// `POST /rows`: CSV in, a line of JSON for each record out, with running totals of the columns that hold numbers.
enum RowsRoute {
    static let wrongMethod = HTTPResult(
        status: .methodNotAllowed,
        headers: [.allow: "POST", .contentType: "text/plain; charset=utf-8"],
        body: .bytes(ByteBuffer(string: "POST a CSV file here; its first line names the columns.\n"))
    )

    static func answer(_ request: FunctionRequest) -> HTTPResult {
        var reader = CSVReader(Array(request.body.readableBytesView))
        let names: [String]
        do throws(CSVReader.Malformed) {
            guard let header = try reader.next() else {
                return .json(
                    #"{"row":1,"error":"the body is empty; its first line must name the columns"}"# + "\n",
                    status: .badRequest
                )
            }
            names = header.fields
        } catch {
            return .json(Self.line(error), status: .badRequest)
        }
        let records = reader
        return .stream(headers: [.contentType: "application/x-ndjson"]) { writer in
            var reader = records
            var totals = RunningTotals(names: names)
            while let line = Self.nextLine(&reader, &totals) {
                try await writer.write(line)
            }
        }
    }

    private static func nextLine(_ reader: inout CSVReader, _ totals: inout RunningTotals) -> String? {
        do throws(CSVReader.Malformed) {
            return try reader.next().map { totals.add($0) }
        } catch {
            return Self.line(error)
        }
    }

    private static func line(_ error: CSVReader.Malformed) -> String {
        #"{"row":\#(error.line),"error":\#(JSONText.string(error.message))}"# + "\n"
    }
}
