// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceWire

extension ErrorReport {
    /// Reads what the runtimes of all languages send: Node calls the stack `trace`, Go's is of objects, Python adds
    /// members. What is no string is kept as its JSON text. `nil` for what is no JSON object, or has neither a type
    /// nor a message: such a body is passed on as it is.
    package init?(json: ByteBuffer) {
        guard let value = try? JSONValue(parsing: json, maximumBytes: Limits.maximumErrorReportBytes),
            let object = value.objectValue
        else { return nil }
        let type = Self.text(object["errorType"])
        let message = Self.text(object["errorMessage"])
        guard type != nil || message != nil else { return nil }
        self.init(
            errorType: type ?? "",
            errorMessage: message ?? "",
            stackTrace: Self.lines(object["stackTrace"]) ?? Self.lines(object["trace"]) ?? []
        )
    }

    private static func text(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return nil }
        return value.stringValue ?? value.description
    }

    private static func lines(_ value: JSONValue?) -> [String]? {
        guard let value, !value.isNull else { return nil }
        if let lines = value.arrayValue { return lines.map { $0.stringValue ?? $0.description } }
        guard let text = value.stringValue else { return [value.description] }
        return text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    }
}
