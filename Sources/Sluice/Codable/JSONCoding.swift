// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Codable
internal import NIOCore
internal import SluiceWire

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Between buffers and values: all JSON of the trait `Codable` goes through here.
enum JSONCoding {
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from json: ByteBuffer,
        _ decoder: JSONDecoder
    ) throws(DecodingProblem) -> Value {
        do {
            return try json.withUnsafeReadableBytes { try decoder.decode(type, from: Data($0)) }
        } catch {
            throw DecodingProblem(error, json)
        }
    }

    static func encode(_ value: some Encodable, _ encoder: JSONEncoder) throws -> ByteBuffer {
        ByteBuffer(bytes: try encoder.encode(value))
    }

    /// For what a stream sends: nothing of it is sent when it cannot be encoded.
    static func element(_ value: some Encodable, _ encoder: JSONEncoder) throws(StreamError) -> ByteBuffer {
        do {
            return try self.encode(value, encoder)
        } catch {
            throw StreamError(
                .invalidContent,
                "the value cannot be encoded as JSON: \(Self.text(of: error))",
                cause: error
            )
        }
    }

    /// What is wrong with a value, and where.
    private static func text(of error: any Error) -> String {
        guard case EncodingError.invalidValue(_, let context)? = error as? EncodingError else { return "\(error)" }
        return "\(CodingPath.text(context.codingPath)): \(context.debugDescription)"
    }
}

/// Why JSON is not the value that was asked for.
struct DecodingProblem: Error {
    let code: InvalidBody.Code
    let codingPath: String
    /// What was expected there.
    let detail: String
    let cause: any Error

    /// Place and reason.
    var text: String { "\(self.codingPath): \(self.detail)" }

    init(_ error: any Error, _ json: ByteBuffer) {
        self.cause = error
        guard let error = error as? DecodingError else {
            (self.code, self.codingPath, self.detail) = (.invalidValue, CodingPath.text([]), "\(error)")
            return
        }
        switch error {
        case .typeMismatch(let type, let context):
            self.code = .typeMismatch
            self.codingPath = CodingPath.text(context.codingPath)
            self.detail = "expected \(type): \(context.debugDescription)"
        case .valueNotFound(let type, let context):
            self.code = .missingValue
            self.codingPath = CodingPath.text(context.codingPath)
            self.detail = "expected \(type), found null"
        case .keyNotFound(let key, let context):
            self.code = .missingValue
            self.codingPath = CodingPath.text(context.codingPath + [key])
            self.detail = "expected a member of this name, but there is none"
        case .dataCorrupted(let context):
            self.codingPath = CodingPath.text(context.codingPath)
            let problem = context.codingPath.isEmpty ? Self.textProblem(json) : nil
            self.code = problem == nil ? .invalidValue : .malformed
            self.detail = problem ?? (context.isAboutText ? Self.numberProblem : context.debugDescription)
        @unknown default:
            (self.code, self.codingPath, self.detail) = (.invalidValue, CodingPath.text([]), "\(error)")
        }
    }
}

extension DecodingProblem {
    /// The decoder says only that the text is no JSON, without a place; our own reader says where and why.
    private static func textProblem(_ json: ByteBuffer) -> String? {
        do throws(JSONError) {
            try JSONValue.check(json)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// What the decoder calls no JSON although it is.
    private static let numberProblem = "a number does not fit into the type that was asked for"
}

extension DecodingError.Context {
    fileprivate var isAboutText: Bool { self.codingPath.isEmpty && self.debugDescription.hasSuffix("not valid JSON.") }
}

/// A place in JSON, as its readers write it: `$.order.items[3].price`.
enum CodingPath {
    static func text(_ path: [any CodingKey]) -> String {
        path.reduce(into: "$") { text, key in
            text += key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
        }
    }
}
#endif
