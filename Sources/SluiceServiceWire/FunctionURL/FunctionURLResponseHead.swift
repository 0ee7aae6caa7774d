// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import SluiceWire

/// Status and headers of a response as a Function URL sends it.
package struct FunctionURLResponseHead: Hashable, Sendable {
    package var statusCode: Int
    package var fields: HTTPFields

    /// Whether HTTP allows a body after this status (RFC 9110, section 6.4.1). Whether it is the answer to a `HEAD`,
    /// which has none either, is not known here.
    package var allowsBody: Bool { self.statusCode != 204 && self.statusCode != 304 }

    /// The head with the fields that every response of a Function URL has.
    ///
    /// - Parameter date: See `CivilTime.httpDate`.
    package func addingServiceFields(requestID: String, traceID: String, date: String) -> Self {
        var head = self
        head.fields[.date] = date
        head.fields[ResponseHeaderRules.requestID] = requestID
        head.fields[ResponseHeaderRules.traceID] = traceID
        return head
    }

    /// From what the function returned; see `ResponseHeaderRules`.
    init(_ prelude: Prelude, defaultContentType: String, isStreamed: Bool) {
        self.statusCode = prelude.statusCode
        self.fields = HTTPFields()
        for field in prelude.headers {
            switch ResponseHeaderRules.rule(for: field.name, isStreamed: isStreamed) {
            case .keep: self.fields.append(field)
            case .rename(let name): self.fields.append(HTTPField(name: name, value: field.value))
            case .drop: break
            }
        }
        if self.allowsBody, self.fields[.contentType] == nil { self.fields[.contentType] = defaultContentType }
        for cookie in prelude.cookies { self.fields.append(HTTPField(name: .setCookie, value: cookie)) }
    }
}
