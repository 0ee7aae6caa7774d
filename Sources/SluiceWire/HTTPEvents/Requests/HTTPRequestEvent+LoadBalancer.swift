// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

/// The event of an Application Load Balancer, with or without multi-value headers, as its target group is configured.
///
/// Source: Elastic Load Balancing, "Use Lambda functions as targets of an Application Load Balancer".
extension HTTPRequestEvent {
    init(loadBalancer event: EventMembers) throws(HTTPEventError) {
        let context = try event.requiredObject("requestContext")
        let parameters = try event.firstObject(of: ["multiValueQueryStringParameters", "queryStringParameters"])
        let headers = try event.fields("multiValueHeaders", "headers")
        self.init(
            source: .applicationLoadBalancer,
            resultForm: .loadBalancer(isMultiValue: event.has("multiValueHeaders")),
            method: try event.method("httpMethod"),
            rawPath: PercentEncoding.path(try event.requiredString("path")),
            // "If the query parameters are URL-encoded, the load balancer does not decode them."
            rawQuery: PercentEncoding.query(ofEncoded: try parameters?.pairs() ?? []),
            headers: headers,
            body: try event.body(),
            sourceIP: headers.lastForwardedFor,
            domainName: headers[RuntimeAPIHeader.known("host")],
            requestContext: context.object
        )
    }
}
