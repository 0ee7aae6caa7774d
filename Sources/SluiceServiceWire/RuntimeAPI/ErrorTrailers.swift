// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore
package import SluiceWire

/// The error trailers of a streamed response, as far as they can be understood.
///
/// Both are optional, and the body may be anything: one released runtime sends the words `Requires base64` as body.
package struct ErrorTrailers: Hashable, Sendable {
    /// The type as the runtime named it.
    package let type: String?
    /// The report, if the body is base64 of a JSON report.
    package let report: ErrorReport?
    /// The body: decoded if it is base64, and as it came if not. Empty without a body.
    package let bodyBytes: ByteBuffer
    /// Whether the body was base64.
    package let isBase64: Bool

    init(type: String?, body: String) {
        self.type = type
        if !body.isEmpty, let decoded = Base64.decode(body.utf8) {
            self.bodyBytes = ByteBuffer(bytes: decoded)
            self.isBase64 = true
            self.report = ErrorReport(json: self.bodyBytes)
        } else {
            self.bodyBytes = ByteBuffer(string: body)
            self.isBase64 = false
            self.report = nil
        }
    }

    /// Whether a piece of a body is error trailers: one released runtime (Rust's) writes their lines into the body, where
    /// its caller takes them for data.
    package static func areText(_ piece: ByteBuffer) -> Bool {
        // Every piece of every stream is looked at, and as good as all differ in their first byte.
        guard piece.readableBytesView.first == UInt8(ascii: "L") else { return false }
        return piece.readableBytesView.starts(with: "Lambda-Runtime-Function-Error-Type:".utf8)
    }

    /// The body as text; bytes that are not UTF-8 are shown as replacement characters.
    package var bodyText: String { String(buffer: self.bodyBytes) }
}

extension ErrorReport {
    /// `nil` when the stream ended without error trailers.
    package static func fromTrailers(_ fields: HTTPFields) -> ErrorTrailers? {
        let type = fields[RuntimeAPIHeader.errorType]
        let body = fields[RuntimeAPIHeader.errorBody]
        guard type != nil || body != nil else { return nil }
        return ErrorTrailers(type: type, body: body ?? "")
    }
}
