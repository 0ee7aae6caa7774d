// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a `Content-Type` names, without its parameters and in lower case.
package struct MediaType: Hashable {
    package let essence: String

    package init(_ contentType: String) {
        let essence = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let trimmed = essence.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        self.essence = String(decoding: trimmed.map(Self.lowercased), as: UTF8.self)
    }

    /// Whether a Function URL hands a body of this type to the function as text.
    ///
    /// AWS documents no list. Known are: `text/*` and `application/json` arrive as text and all else as base64 (AWS
    /// slides on Function URLs, 2022), among it forms, `application/x-www-form-urlencoded` (seen by many users).
    /// XML, JavaScript and types built on JSON and XML are treated like JSON here, as on API Gateway HTTP APIs.
    package var isText: Bool {
        switch self.essence {
        case "application/json", "application/xml", "application/javascript": true
        default:
            self.essence.hasPrefix("text/") || self.essence.hasSuffix("+json") || self.essence.hasSuffix("+xml")
        }
    }

    /// Whether a buffered answer of this type carries its body as text; its bytes must be UTF-8 besides.
    ///
    /// The services give the caller the same bytes either way, but for a REST API, which decodes base64 only where its
    /// owner listed the type as binary. So all types that are text count here, also those that come in as base64.
    package var isTextOfResult: Bool {
        switch self.essence {
        case "application/x-ndjson", "application/jsonl", "application/json-seq", "application/ecmascript",
            "application/x-www-form-urlencoded", "application/yaml", "application/toml", "application/graphql":
            true
        default: self.isText
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
