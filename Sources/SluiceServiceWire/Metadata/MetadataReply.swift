// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes

/// What the metadata endpoint of an execution environment answers: in which Availability Zone it is.
///
/// A request names the environment's token, `Authorization: Bearer TOKEN`, so that a function which can be made to fetch
/// an address does not give this away.
/// (Lambda Developer Guide, "Using the Lambda metadata endpoint"; statuses and bodies of errors are those of Lambda's own
/// server, `lmds/handler.go`.)
package struct MetadataReply: Hashable, Sendable {
    package static let path = "/2026-01-15/metadata/execution-environment"

    package let status: HTTPResponse.Status
    package let fields: HTTPFields
    package let body: String

    package init(method: HTTPRequest.Method, authorization: String?, token: String, zone: AvailabilityZoneID) {
        if method != .get {
            self.init(.methodNotAllowed, error: "Method Not Allowed\n")
        } else if authorization != "Bearer " + token {
            self.init(.unauthorized, error: "Unauthorized\n")
        } else {
            // An environment never moves.
            let fields: HTTPFields = [
                .contentType: "application/json", .cacheControl: "private, max-age=43200, immutable",
            ]
            self.init(.ok, fields, #"{"AvailabilityZoneID":"\#(zone.text)"}"#)
        }
    }

    private init(_ status: HTTPResponse.Status, error text: String) {
        self.init(status, [.contentType: "text/plain; charset=utf-8", .xContentTypeOptions: "nosniff"], text)
    }

    private init(_ status: HTTPResponse.Status, _ fields: HTTPFields, _ body: String) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
