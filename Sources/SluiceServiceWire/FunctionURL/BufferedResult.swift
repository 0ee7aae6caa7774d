// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
package import SluiceWire

/// What a Function URL in the mode `BUFFERED` makes of a function's output.
///
/// Sources: Lambda Developer Guide, "Invoking Lambda function URLs", response payload format; where that page and the
/// service differ (a JSON string is sent without its quotes, `"418"` is a status), the service counts.
package struct BufferedResult: Hashable, Sendable {
    package var head: FunctionURLResponseHead
    package var body: ByteBuffer

    /// The answer when the function failed, or when its output cannot be made a response.
    package static let internalServerError = Self(
        Prelude(statusCode: 502),
        body: ByteBuffer(string: "Internal Server Error")
    )

    private static let defaultContentType = "application/json"

    /// - Throws: Why the output is no response; the caller gets `internalServerError`, and the log the reason. AWS
    ///   does not say what it does with output that is not JSON, or with a `body` that is no string: an error shows
    ///   the developer the fault before production does.
    package init(output: ByteBuffer) throws(HTTPResultError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: output)
        } catch {
            throw .notJSON(error)
        }
        switch value {
        case .object(let object) where object["statusCode"] != nil:
            try self.init(response: object)
        case .string(let text):
            self.init(Prelude(), body: ByteBuffer(string: text))
        default:
            self.init(Prelude(), body: value.serialized())
        }
    }

    /// The function streamed a prelude, which is nothing to this mode: the bytes are passed on as they are.
    package static func uninterpreted(_ output: ByteBuffer) -> Self { Self(Prelude(), body: output) }

    private init(_ prelude: Prelude, body: ByteBuffer) {
        self.head = FunctionURLResponseHead(prelude, defaultContentType: Self.defaultContentType, isStreamed: false)
        self.body = self.head.allowsBody ? body : ByteBuffer()
        if self.head.allowsBody { self.head.fields[.contentLength] = String(self.body.readableBytes) }
    }

    private init(response object: JSONObject) throws(HTTPResultError) {
        var object = object
        // Payload format 2.0 has none; a URL would not send them.
        object["multiValueHeaders"] = nil
        let prelude: Prelude
        do {
            prelude = try Prelude(object: object)
        } catch {
            throw .invalidHead(error)
        }
        self.init(prelude, body: try Self.body(of: object))
    }

    private static func body(of object: JSONObject) throws(HTTPResultError) -> ByteBuffer {
        let isBase64: Bool
        switch object["isBase64Encoded"] {
        case nil, .null: isBase64 = false
        case .bool(let value): isBase64 = value
        case .some(let value): throw .isBase64EncodedIsNoBoolean(found: value.kind)
        }
        switch object["body"] {
        case nil, .null: return ByteBuffer()
        case .string(let text) where !isBase64: return ByteBuffer(string: text)
        case .string(let text):
            guard let bytes = Base64.decode(text.utf8) else { throw .bodyNotBase64 }
            return ByteBuffer(bytes: bytes)
        case .some(let value): throw .bodyIsNoString(found: value.kind)
        }
    }
}

/// Why a function's output cannot be made an HTTP response.
package enum HTTPResultError: Error, Hashable {
    case notJSON(JSONError)
    case invalidHead(PreludeError)
    case bodyIsNoString(found: String)
    case bodyNotBase64
    case isBase64EncodedIsNoBoolean(found: String)
}

extension HTTPResultError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "the function's output is not JSON: \(error)"
        case .invalidHead(let error): "the function's output is no HTTP response: \(error)"
        case .bodyIsNoString(let found): "body must be a string, and is \(found)"
        case .bodyNotBase64: "body is not valid base64, though isBase64Encoded is true"
        case .isBase64EncodedIsNoBoolean(let found): "isBase64Encoded must be a boolean, and is \(found)"
        }
    }
}
