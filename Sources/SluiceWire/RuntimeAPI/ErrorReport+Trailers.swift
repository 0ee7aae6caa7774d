// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import NIOCore

extension ErrorReport {
    /// The trailers that end a response which fails after it has begun: the type, and base64 of the JSON report,
    /// together no longer than Lambda's server reads (`Limits.maximumErrorTrailerBytes`); the report is shortened to
    /// fit. (Lambda Developer Guide, "Building a custom runtime", response streaming.)
    package func trailers() -> HTTPFields {
        let type = Self.headerText(self.errorType)
        let lineOverhead = ": \r\n".utf8.count
        let room =
            Limits.maximumErrorTrailerBytes
            - (RuntimeAPIHeader.errorType.rawName.utf8.count + lineOverhead + type.utf8.count)
            - (RuntimeAPIHeader.errorBody.rawName.utf8.count + lineOverhead)
        let body = Base64.encode(self.json(maximumBytes: room / 4 * 3).readableBytesView)
        // Not by subscript: the setter of HTTPFields splits cookies with a regular expression, and links its parser.
        return [RuntimeAPIHeader.errorType: type, RuntimeAPIHeader.errorBody: body]
    }

    /// The type as a header's value: one line of visible ASCII, everything else as `?`.
    package static func headerText(_ errorType: String) -> String {
        let characters = errorType.utf8.prefix(Limits.maximumErrorTypeBytes).map { byte in
            byte > 0x20 && byte < 0x7F ? Character(Unicode.Scalar(byte)) : "?"
        }
        return String(characters)
    }
}
