// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

/// Whether an answer may be compressed, and what its head then says.
package enum CompressionRule {
    package static func applies(to head: UpstreamHead, acceptEncoding: String?, isHead: Bool) -> Bool {
        guard !isHead, self.acceptsGzip(acceptEncoding) else { return false }
        // 206 is a part of bytes that were counted without compression; 204 and 304 have no body.
        guard head.status.code >= 200, ![204, 206, 304].contains(head.status.code) else { return false }
        guard head.fields[.contentEncoding] == nil, head.fields[.contentRange] == nil else { return false }
        if let control = head.fields[.cacheControl], self.words(control).contains("no-transform") { return false }
        return head.fields[.contentType].map(self.isCompressible) ?? false
    }

    /// The head of the compressed answer. (RFC 9110, sections 8.8.1 and 12.5.5.)
    package static func applied(to head: UpstreamHead) -> UpstreamHead {
        var head = self.varying(head)
        var fields = HTTPFields()
        for field in head.fields {
            switch field.name {
            // The bytes are others than those that a strong tag names.
            case .eTag where !field.value.hasPrefix("W/"):
                fields.append(HTTPField(name: .eTag, value: "W/" + field.value))
            case .acceptRanges: break
            default: fields.append(field)
            }
        }
        fields.append(HTTPField(name: .contentEncoding, value: "gzip"))
        head.fields = fields
        return head
    }

    /// The head of an answer that another caller might have got compressed: no cache may give the one for the other.
    package static func varying(_ head: UpstreamHead) -> UpstreamHead {
        var head = head
        var values = head.fields.filter { $0.name == .vary }.map(\.value)
        let names = values.flatMap { self.words($0) }
        guard !names.contains("accept-encoding"), !names.contains("*") else { return head }
        values.append("accept-encoding")
        head.fields[.vary] = values.joined(separator: ", ")
        return head
    }

    /// By the weights of RFC 9110, section 12.5.3: named with one over zero, or covered by a star.
    static func acceptsGzip(_ value: String?) -> Bool {
        var star: Bool?
        for part in self.words(value ?? "") {
            let parameters = part.split(separator: ";").map(String.init)
            guard let name = parameters.first else { continue }
            let weight = parameters.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            let isWanted = weight.map { $0.contains { $0 != "0" && $0 != "." } } ?? true
            if name == "gzip" || name == "x-gzip" { return isWanted }
            if name == "*" { star = isWanted }
        }
        return star ?? false
    }

    static func isCompressible(_ contentType: String) -> Bool {
        let type = contentType.split(separator: ";").first.map { self.words(String($0)).first ?? "" } ?? ""
        if type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml") { return true }
        return [
            "application/json", "application/javascript", "application/xml", "application/x-ndjson", "application/wasm",
            "application/jsonl", "application/graphql", "image/bmp", "font/ttf", "font/otf",
        ].contains(type)
    }

    /// Between commas, without spaces, in lower case.
    private static func words(_ value: String) -> [String] {
        value.lowercased().split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
    }
}
