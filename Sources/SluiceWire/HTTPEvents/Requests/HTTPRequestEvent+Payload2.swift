// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

/// Payload format 2.0: a Function URL, or an HTTP API.
///
/// Sources: Lambda Developer Guide, "Invoking Lambda function URLs", request payload format; API Gateway Developer Guide,
/// "Create AWS Lambda proxy integrations for HTTP APIs".
extension HTTPRequestEvent {
    init(payload2 event: EventMembers) throws(HTTPEventError) {
        try event.requireVersion("2.0")
        let context = try event.requiredObject("requestContext")
        let http = try context.requiredObject("http")
        let method = try http.method("method")
        var headers = try event.fields("headers")
        var cookies = try event.strings("cookies")
        if let pairs = cookies, !pairs.isEmpty {
            var field = HTTPFields()
            field.append(HTTPField(name: RuntimeAPIHeader.known("cookie"), value: pairs.joined(separator: "; ")))
            headers = HTTPFields(headers.filter { $0.name != .cookie } + field)
        } else {
            cookies = nil
        }
        self.init(
            source: try Self.isHTTPAPI(event, context) ? .httpAPI : .functionURL,
            resultForm: .payload2,
            method: method,
            // Both as the caller sent them. What is escaped here no HTTP client sends, but events are made by hand, too.
            rawPath: PercentEncoding.path(try event.requiredString("rawPath")),
            rawQuery: PercentEncoding.query(try event.string("rawQueryString") ?? ""),
            headers: headers,
            cookies: cookies,
            body: try event.body(),
            sourceIP: try http.string("sourceIp"),
            domainName: try context.string("domainName"),
            requestContext: context.object
        )
    }

    /// The two have the same members, and no page says how to tell them apart. A URL's host has the label `lambda-url`,
    /// and its route and stage are `$default`; an HTTP API has the label `execute-api`, or a name of its owner's, whose
    /// first label is not the id of the API.
    private static func isHTTPAPI(_ event: EventMembers, _ context: EventMembers) throws(HTTPEventError) -> Bool {
        let domainName = try context.string("domainName") ?? ""
        switch Self.service(of: domainName) {
        case "lambda-url": return false
        case "execute-api": return true
        default: break
        }
        for name in ["routeKey", "stage"] {
            if let value = try context.string(name), value != "$default" { return true }
        }
        if let apiID = try context.string("apiId"), let prefix = try context.string("domainPrefix") {
            return apiID != prefix
        }
        return false
    }

    /// The second label of a host.
    private static func service(of host: String) -> String {
        let rest = host.utf8.drop { $0 != UInt8(ascii: ".") }.dropFirst()
        return String(Substring(rest.prefix { $0 != UInt8(ascii: ".") }))
    }
}
