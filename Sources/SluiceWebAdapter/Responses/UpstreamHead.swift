// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOHTTP1

/// Status and fields of the application's answer, as far as they are the caller's.
package struct UpstreamHead: Hashable, Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var cookies: [String]

    /// - Throws: for a status that no function can answer with.
    package init(_ head: HTTPResponseHead) throws(UpstreamError) {
        let code = Int(head.status.code)
        guard (200...599).contains(code) else { throw .unusableStatus(code) }
        self.status = HTTPResponse.Status(code: code, reasonPhrase: head.status.reasonPhrase)
        let dropped = HopByHop.names(in: head.headers)
        var fields = HTTPFields()
        var cookies: [String] = []
        for (name, value) in head.headers {
            let lowercased = name.lowercased()
            // The length is said anew by whoever frames the body.
            guard !dropped.contains(lowercased), lowercased != "content-length" else { continue }
            if lowercased == "set-cookie" {
                cookies.append(value)
            } else if let fieldName = HTTPField.Name(name) {
                fields.append(HTTPField(name: fieldName, value: value))
            }
        }
        self.fields = fields
        self.cookies = cookies
    }
}
