// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes

/// What a request for a file gets: its conditions and its range, held against the file. (RFC 9110, sections 13 and 14.)
package enum FileAnswer: Hashable, Sendable {
    /// 200
    case whole
    /// 206
    case part(Range<Int64>)
    /// 304
    case notModified
    /// 412
    case preconditionFailed
    /// 416
    case unsatisfiable

    /// In the order of section 13.2.2.
    package init(to method: HTTPRequest.Method, _ headers: HTTPFields, for file: FileState) {
        // Conditions are of methods that read the file; what another makes of it is the function's own business.
        guard method == .get || method == .head else {
            self = .whole
            return
        }
        if let early = Self.condition(headers, file) {
            self = early
            return
        }
        // A range of HEAD has no meaning. (Section 14.2.)
        guard method == .get, let field = headers[.range], let range = ByteRange(field: field),
            Self.ifRangeHolds(headers, file)
        else {
            self = .whole
            return
        }
        switch range.resolved(length: file.sizeBytes) {
        case .part(let bytes): self = .part(bytes)
        case .whole: self = .whole
        case .unsatisfiable: self = .unsatisfiable
        }
    }

    private static func condition(_ headers: HTTPFields, _ file: FileState) -> Self? {
        if let field = headers[.ifMatch] {
            switch EntityTagCondition(field: field) {
            case .any: break
            case .tags(let tags):
                guard tags.contains(where: file.entityTag.stronglyMatches) else { return .preconditionFailed }
            }
        } else if let field = headers[.ifUnmodifiedSince], let date = CivilTime.secondsSinceEpoch(httpDate: field) {
            guard file.modifiedSeconds <= date else { return .preconditionFailed }
        }
        if let field = headers[.ifNoneMatch] {
            switch EntityTagCondition(field: field) {
            case .any: return .notModified
            case .tags(let tags):
                return tags.contains(where: file.entityTag.weaklyMatches) ? .notModified : nil
            }
        }
        if let field = headers[.ifModifiedSince], let date = CivilTime.secondsSinceEpoch(httpDate: field) {
            return file.modifiedSeconds <= date ? .notModified : nil
        }
        return nil
    }

    /// A date never holds here: a file can change twice within its second, and then a part of each would be put
    /// together. Who has had an entity tag, as all have who have had this file, must not send one. (Section 13.1.5.)
    private static func ifRangeHolds(_ headers: HTTPFields, _ file: FileState) -> Bool {
        guard let field = headers[.ifRange] else { return true }
        return EntityTag(field: field)?.stronglyMatches(file.entityTag) ?? false
    }

    package var status: HTTPResponse.Status {
        switch self {
        case .whole: .ok
        case .part: .partialContent
        case .notModified: .notModified
        case .preconditionFailed: .preconditionFailed
        case .unsatisfiable: .rangeNotSatisfiable
        }
    }

    /// The bytes of the file that the answer has, if its method has any.
    package func bytes(of file: FileState) -> Range<Int64>? {
        switch self {
        case .whole: 0..<max(0, file.sizeBytes)
        case .part(let range): range
        case .notModified, .preconditionFailed, .unsatisfiable: nil
        }
    }

    /// The fields that the answer has to have. There is no `Content-Length`: a streamed body has none on Lambda, which
    /// renames the field. (Seen by users of Function URLs; see `ResponseHeaderRules`.)
    package func fields(of file: FileState, contentType: String) -> HTTPFields {
        var fields: HTTPFields = [.acceptRanges: "bytes"]
        let validators: HTTPFields = [.eTag: file.entityTag.field, .lastModified: file.lastModified]
        switch self {
        case .whole:
            fields.append(HTTPField(name: .contentType, value: contentType))
            fields.append(contentsOf: validators)
        case .part(let range):
            fields.append(HTTPField(name: .contentType, value: contentType))
            let value = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.sizeBytes)"
            fields.append(HTTPField(name: .contentRange, value: value))
            fields.append(contentsOf: validators)
        case .notModified, .preconditionFailed:
            fields.append(contentsOf: validators)
        case .unsatisfiable:
            fields.append(HTTPField(name: .contentRange, value: "bytes */\(file.sizeBytes)"))
        }
        return fields
    }
}
