// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

/// The events of VPC Lattice: version 2, whose headers and parameters are lists, and version 1 with names of its own.
///
/// Source: VPC Lattice User Guide, "Lambda functions as targets in VPC Lattice". It does not say whether parameters are
/// decoded: escapes are kept, and what cannot stand in a query is escaped.
extension HTTPRequestEvent {
    init(lattice2 event: EventMembers) throws(HTTPEventError) {
        try event.requireVersion("2.0")
        let context = try event.requiredObject("requestContext")
        let parameters = try event.firstObject(of: ["queryStringParameters", "query_string_parameters"])
        let headers = try event.fields("headers")
        self.init(
            source: .vpcLattice,
            resultForm: .lattice,
            method: try event.method("method"),
            rawPath: PercentEncoding.path(try event.requiredString("path")),
            rawQuery: PercentEncoding.query(ofEncoded: try parameters?.pairs() ?? []),
            headers: headers,
            body: try event.body(),
            sourceIP: headers.lastForwardedFor,
            domainName: headers[RuntimeAPIHeader.known("host")],
            requestContext: context.object
        )
    }

    init(lattice1 event: EventMembers) throws(HTTPEventError) {
        // The path as the caller sent it may have the query with it, which then is the one to believe.
        let target = try event.requiredString("raw_path").utf8
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        let query = target.dropFirst(path.count).dropFirst()
        let parameters = try event.objectIfPresent("query_string_parameters")?.pairs() ?? []
        let headers = try event.fields("headers")
        self.init(
            source: .vpcLattice,
            resultForm: .lattice,
            method: try event.method("method"),
            rawPath: PercentEncoding.path(String(Substring(path))),
            rawQuery: query.isEmpty
                ? PercentEncoding.query(ofEncoded: parameters) : PercentEncoding.query(String(Substring(query))),
            headers: headers,
            body: try event.body(isBase64: "is_base64_encoded"),
            sourceIP: headers.lastForwardedFor,
            domainName: headers[RuntimeAPIHeader.known("host")],
            requestContext: JSONObject()
        )
    }
}
