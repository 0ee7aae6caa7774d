// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

/// Payload format 1.0: a REST API, or an HTTP API that is configured for it.
///
/// Sources: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration" and "Create AWS Lambda
/// proxy integrations for HTTP APIs". Only the latter's events name their version.
extension HTTPRequestEvent {
    init(payload1 event: EventMembers) throws(HTTPEventError) {
        let context = try event.requiredObject("requestContext")
        let isHTTPAPI = event.has("version")
        if isHTTPAPI { try event.requireVersion("1.0") }
        let parameters = try event.firstObject(of: ["multiValueQueryStringParameters", "queryStringParameters"])
        self.init(
            source: isHTTPAPI ? .httpAPI : .restAPI,
            resultForm: .payload1,
            method: try event.method("httpMethod"),
            rawPath: PercentEncoding.path(try event.requiredString("path")),
            // API Gateway decodes names and values; what it does not say is seen in every event.
            rawQuery: PercentEncoding.query(ofDecoded: try parameters?.pairs() ?? []),
            headers: try event.fields("multiValueHeaders", "headers"),
            body: try event.body(),
            sourceIP: try context.objectIfPresent("identity")?.string("sourceIp"),
            domainName: try context.string("domainName"),
            requestContext: context.object
        )
    }
}
