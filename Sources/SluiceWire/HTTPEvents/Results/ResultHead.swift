// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore

/// Status, headers and cookies of a buffered response in the shape of its source; `json(body:)` adds the body.
package struct ResultHead: Sendable {
    private let object: JSONObject
    private let isText: Bool

    /// - Parameter reasonPhrase: What only a load balancer passes on; without one the usual phrase stands there.
    /// - Throws: What a stream's prelude would throw for the same head.
    package init(_ head: Prelude, reasonPhrase: String = "", as form: ResultForm) throws(PreludeError) {
        guard Prelude.statusCodes.contains(head.statusCode) else { throw .statusCodeOutOfRange(head.statusCode) }
        var object: JSONObject = ["statusCode": .number(JSONNumber(head.statusCode))]
        if case .loadBalancer = form {
            let phrase = reasonPhrase.isEmpty ? ReasonPhrase.of(head.statusCode) : reasonPhrase
            if let phrase { object["statusDescription"] = .string("\(head.statusCode) \(phrase)") }
        }
        let fields = try ResultFields(head)
        switch form {
        case .payload1, .loadBalancer(isMultiValue: true):
            object["multiValueHeaders"] = .object(fields.multiValueHeaders)
        case .payload2:
            object["headers"] = .object(fields.joinedHeaders)
            if !fields.cookies.isEmpty { object["cookies"] = .array(fields.cookies.map { .string($0) }) }
        case .loadBalancer(isMultiValue: false), .lattice:
            object["headers"] = .object(try fields.headersWithCookies())
        }
        self.object = object
        self.isText = fields.contentType.map { MediaType($0).isTextOfResult } ?? true
    }

    /// The whole answer. A body that is text by its type and its bytes stays text; any other is base64.
    package func json(body: ByteBuffer) -> ByteBuffer {
        var object = self.object
        if self.isText, let text = String(validating: body.readableBytesView, as: UTF8.self) {
            object["body"] = .string(text)
            object["isBase64Encoded"] = false
        } else {
            object["body"] = .string(Base64.encode(body.readableBytesView))
            object["isBase64Encoded"] = true
        }
        return object.serialized()
    }
}
