// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What curl got.
struct CurlReply: Sendable, CustomStringConvertible {
    /// curl's exit code; 18 says that the body broke off.
    let exit: ChildProcess.Exit
    let status: Int
    /// Names in lower case, in the order in which they came.
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    let errorText: String

    var text: String { String(decoding: self.body, as: UTF8.self) }

    subscript(name: String) -> [String] {
        self.headers.filter { $0.name == name }.map(\.value)
    }

    var description: String {
        "curl \(self.exit): \(self.status) \(self.headers) \(printable(self.body.suffix(2_000))) \(self.errorText)"
    }
}

/// Calls a URL with curl to its end.
///
/// - Parameter script: What the function in `runtime.py` is to do.
func curl(_ url: String, _ arguments: [String] = [], script: String? = nil) async throws -> CurlReply {
    let script = script.map { ["-H", "x-script: \($0)"] } ?? []
    let result = try await runProgram(
        try Tools.path(of: .curl),
        Curl.options + ["--include"] + arguments + script + [url],
        within: .seconds(60)
    )
    let output = result.standardOutput
    let end = try #require(output.firstRange(of: Array("\r\n\r\n".utf8)), "no head: \(result)")
    let lines = String(decoding: output[..<end.lowerBound], as: UTF8.self).split(whereSeparator: \.isNewline)
    let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        return (line[..<colon].lowercased(), value)
    }
    return CurlReply(
        exit: result.exit,
        status: try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }),
        headers: headers,
        body: Array(output[end.upperBound...]),
        errorText: result.errorText
    )
}

enum Curl {
    /// Whatever the machine's proxy and configuration say, it is this one that is called; and no `100 Continue` is
    /// asked for, which would stand before the head.
    static let options = [
        "--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60", "-H", "Expect:",
    ]
}
