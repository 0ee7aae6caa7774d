// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
internal import SluiceWire

/// The event that a function gets for a request to its URL: payload format 2.0.
///
/// Source: Lambda Developer Guide, "Invoking Lambda function URLs", request payload format; what that page leaves
/// open is said where it is decided.
package enum FunctionURLEvent {
    /// The event as JSON. It can be longer than `Limits.maximumRequestBytes`, which counts for the event and not for
    /// the body; a caller compares and answers 413.
    package static func json(_ request: FunctionURLRequest) -> ByteBuffer {
        let (headers, cookies) = Self.headers(of: request)
        var event: JSONObject = [
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": .string(request.rawPath),
            "rawQueryString": .string(request.rawQuery),
        ]
        if !cookies.isEmpty { event["cookies"] = .array(cookies.map { .string($0) }) }
        event["headers"] = .object(headers)
        let parameters = QueryString.parameters(request.rawQuery)
        if !parameters.isEmpty { event["queryStringParameters"] = .object(parameters) }
        event["requestContext"] = .object(Self.requestContext(of: request, userAgent: headers["user-agent"]))
        var isBase64 = false
        if request.body.readableBytes > 0 {
            let body: String
            (body, isBase64) = Self.text(of: request)
            event["body"] = .string(body)
        }
        event["pathParameters"] = .some(.null)
        event["isBase64Encoded"] = .bool(isBase64)
        event["stageVariables"] = .some(.null)
        return event.serialized()
    }

    private static func requestContext(of request: FunctionURLRequest, userAgent: JSONValue?) -> JSONObject {
        var context: JSONObject = [
            "accountId": .string(request.accountID),
            "apiId": .string(request.domainPrefix),
            "authentication": nil,
        ]
        if let authorizer = request.authorizer { context["authorizer"] = .object(authorizer) }
        context["domainName"] = .string(request.domainName)
        context["domainPrefix"] = .string(request.domainPrefix)
        var http: JSONObject = [
            "method": .string(request.method),
            "path": .string(request.rawPath),
            // Whatever the caller spoke, HTTP/2 included.
            "protocol": "HTTP/1.1",
            "sourceIp": .string(request.sourceIP),
        ]
        if let userAgent { http["userAgent"] = userAgent }
        context["http"] = .object(http)
        context["requestId"] = .string(request.requestID)
        context["routeKey"] = "$default"
        context["stage"] = "$default"
        context["time"] = .string(CivilTime(millisecondsSinceEpoch: request.millisecondsSinceEpoch).eventTime)
        context["timeEpoch"] = .number(JSONNumber(request.millisecondsSinceEpoch))
        return context
    }

    /// Names in lower case, values of one name joined by a comma, `cookie` apart, what the service adds at the end.
    private static func headers(of request: FunctionURLRequest) -> (JSONObject, cookies: [String]) {
        var headers = JSONObject()
        var cookies: [String] = []
        for field in request.fields where !Self.connectionHeaders.contains(field.name.canonicalName) {
            if field.name == .cookie {
                cookies += CookieField.cookies(in: field.value)
                continue
            }
            let name = field.name.canonicalName
            headers[name] = .string((headers[name]?.stringValue.map { $0 + "," } ?? "") + field.value)
        }
        // A body that came in chunks has been gathered by now.
        if request.fields[.transferEncoding] != nil {
            headers["content-length"] = .string(String(request.body.readableBytes))
        }
        // Each proxy appends the address that it sees; what the caller claims stays in front, and is not to be trusted.
        let forwardedFor = headers["x-forwarded-for"]?.stringValue.map { $0 + ", " } ?? ""
        headers["x-forwarded-for"] = .string(forwardedFor + request.sourceIP)
        headers["x-forwarded-port"] = .string(String(request.port))
        headers["x-forwarded-proto"] = .string(request.scheme)
        headers["x-amzn-trace-id"] = .string(request.traceID)
        if headers["host"] == nil { headers["host"] = .string(request.domainName) }
        return (headers, cookies)
    }

    /// Headers that concern one connection (RFC 9110, section 7.6.1), and so not the function.
    private static let connectionHeaders: Set<String> = [
        "connection", "expect", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Text stays text if its type says so and its bytes are; everything else, also what has no type, is base64.
    private static func text(of request: FunctionURLRequest) -> (String, isBase64: Bool) {
        let bytes = request.body.readableBytesView
        if let contentType = request.fields[.contentType], MediaType(contentType).isText,
            let text = String(validating: bytes, as: UTF8.self)
        {
            return (text, false)
        }
        return (Base64.encode(bytes), true)
    }
}
