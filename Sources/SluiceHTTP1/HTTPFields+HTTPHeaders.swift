// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOHTTP1

extension HTTPFields {
    /// The fields of a head that NIO parsed. A name or value that HTTP does not allow is left out:
    /// NIO's parser has refused such bytes already, so nothing is lost.
    package init(_ headers: HTTPHeaders) {
        self.init()
        self.reserveCapacity(headers.count)
        for (name, value) in headers {
            if let name = HTTPField.Name(name) {
                self.append(HTTPField(name: name, value: value))
            }
        }
    }
}

extension HTTPHeaders {
    /// The same fields for NIO's encoder, in the same order and with the names' case kept.
    package init(_ fields: HTTPFields) {
        self.init()
        self.reserveCapacity(fields.count)
        for field in fields {
            self.add(name: field.name.rawName, value: field.value)
        }
    }
}
