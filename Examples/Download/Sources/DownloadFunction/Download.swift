// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice

/// Two downloads: rows that are made while they are sent, and a file.
///
/// - Parameter folder: Where the files lie: relative to the working directory, which on Lambda is the unpacked zip.
public func download(from folder: String = "Files") -> HTTPFunction {
    HTTPFunction { request, context in
        switch request.path {
        case "/rows.csv": rows(request)
        // By name: a path that came from the caller could lead anywhere.
        case "/planets.csv":
            try await .file(at: "\(folder)/planets.csv", contentType: "text/csv; charset=utf-8", for: request)
        default: .text("Try /rows.csv?mebibytes=150 or /planets.csv\n", status: .notFound)
        }
    }
}

/// As many rows as there are asked for. Only one block of them exists at a time: each write waits while the caller is
/// behind, and what is not asked for is never made.
private func rows(_ request: FunctionRequest) -> HTTPResult {
    // Lambda ends a stream after 200 MiB.
    guard let mebibytes = Int(request.queryItem("mebibytes") ?? "150"), (1...199).contains(mebibytes) else {
        return .text("mebibytes is a number from 1 to 199\n", status: .badRequest)
    }
    let headers: HTTPFields = [.contentType: "text/csv", .contentDisposition: "attachment; filename=rows.csv"]
    return .stream(headers: headers) { writer in
        let blocks = mebibytes * 1_048_576 / RowBlock.byteCount
        for number in 0..<blocks {
            try await writer.write(RowBlock.bytes(number))
        }
    }
}
