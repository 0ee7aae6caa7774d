// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Codable
public import HTTPTypes
internal import NIOCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension FunctionRequest {
    /// The body as a value.
    ///
    /// ```swift
    /// import Sluice
    ///
    /// struct Order: Codable { var tea: String }
    ///
    /// HTTPFunction { request, context in
    ///     let order = try request.decode(Order.self)
    ///     return try .json(encoding: ["ordered": order.tea], status: .created)
    /// }.run()
    /// ```
    ///
    /// The content type of the request is not looked at.
    ///
    /// - Parameters:
    ///   - type: What the body is to be.
    ///   - decoder: Reads the body: set its `dateDecodingStrategy` and what else it needs before.
    /// - Throws: InvalidBody. A handler that lets it through answers 400.
    public func decode<Value: Decodable>(
        _ type: Value.Type,
        decoder: JSONDecoder = JSONDecoder()
    ) throws(InvalidBody) -> Value {
        do throws(DecodingProblem) {
            return try JSONCoding.decode(type, from: self.body, decoder)
        } catch {
            throw InvalidBody(error)
        }
    }
}

extension HTTPResult {
    /// A value as JSON.
    ///
    /// - Parameters:
    ///   - value: what the body is made of.
    ///   - status: 200 unless said otherwise.
    ///   - headers: may have another `Content-Type` than `application/json`.
    ///   - cookies: values of `Set-Cookie`, one each.
    ///   - encoder: writes the body: set its `dateEncodingStrategy` and what else it needs before.
    /// - Throws: the encoder's `EncodingError`.
    public static func json(
        encoding value: some Encodable,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        encoder: JSONEncoder = JSONEncoder()
    ) throws -> Self {
        let json = try JSONCoding.encode(value, encoder)
        let fields = headers.filled(from: [.contentType: "application/json"])
        return Self(status: status, headers: fields, cookies: cookies, body: .bytes(json))
    }
}

extension LambdaResult {
    /// A value as JSON, at most 6 MiB: for a handler that streams some of its answers, and not others.
    ///
    /// - Throws: the encoder's `EncodingError`.
    public static func json(encoding value: some Encodable, encoder: JSONEncoder = JSONEncoder()) throws -> Self {
        .bytes(try JSONCoding.encode(value, encoder))
    }
}
#endif
