// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceServiceWire
internal import SluiceWire

/// What an error reply of the Lambda API, or of a Function URL, says to a person.
struct ErrorReply {
    let status: Int
    let fields: HTTPFields
    let body: ByteBuffer

    /// The exception's type and message, with the reason and the pause of a throttled call. What answers may also be no
    /// Lambda API at all: then its own words are shown.
    var end: StreamEnd {
        guard let object = (try? JSONValue(parsing: self.body))?.objectValue else {
            return .failed(type: self.type, message: Self.text(of: self.body))
        }
        let message = object["message"]?.stringValue ?? object["Message"]?.stringValue
        let remarks = [
            object["Reason"]?.stringValue,
            self.fields[InvokeResponseHeader.retryAfter].map { "again after \($0) s" },
        ]
        let remark = remarks.compactMap { $0 }.joined(separator: ", ")
        let text = [message ?? "", remark.isEmpty ? "" : "(\(remark))"].filter { !$0.isEmpty }.joined(separator: " ")
        return .failed(type: self.type, message: text.isEmpty ? nil : text)
    }

    private var type: String { Self.exception(self.fields) ?? "HTTP status \(self.status)" }

    /// A Function URL's body is the function's as far as anyone knows, and was shown; the exception stands in the head.
    static func endOfFunctionURL(status: Int, fields: HTTPFields) -> StreamEnd {
        let exception = Self.exception(fields)
        // Its body is `{"Message":null}` or `Forbidden`, the status never 404: neither says what is wrong.
        let isForbidden = status == 403 && exception == "AccessDeniedException"
        let hint = "no function has this URL, or it takes signed requests only (AWS_IAM), and these are not signed"
        return .failed(
            type: "HTTP status \(status)",
            message: exception.map { isForbidden ? "\($0): \(hint)" : $0 }
        )
    }

    /// The type of the header, which may carry a namespace before `#` and an address behind `:`
    /// (Smithy, AWS restJson1 protocol, "Operation error serialization").
    private static func exception(_ fields: HTTPFields) -> String? {
        guard let text = fields[InvokeResponseHeader.errorType] else { return nil }
        let name = text.prefix { $0 != ":" }.split(separator: "#", omittingEmptySubsequences: true).last
        return name.map { String($0) }
    }

    /// The beginning of a text; `nil` if there is none, and for a page, which is not for a terminal.
    static func text(of body: ByteBuffer) -> String? {
        let bytes = body.readableBytesView.prefix(Limits.shownErrorBodyBytes)
        let text = HumanText.trimmed(String(decoding: bytes, as: UTF8.self))
        guard !text.isEmpty, text.first != "<" else { return nil }
        return bytes.count < body.readableBytes ? text + " …" : text
    }

    /// A function's own report of its failure.
    struct Report {
        let type: String?
        let message: String?

        init(_ json: ByteBuffer) {
            let object = (try? JSONValue(parsing: json))?.objectValue
            self.type = object?["errorType"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
            self.message = object?["errorMessage"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}
