// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Codable
public import HTTPTypes
internal import NIOCore
internal import SluiceWire

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension JSONLineWriter {
    /// Sends a value as a line, and adds its end.
    ///
    /// - Parameters:
    ///   - value: what the line is made of.
    ///   - encoder: must not be set to `prettyPrinted`, since a line has no line breaks.
    ///   - evenIfCancelled: sends also when the task is cancelled, as long as there is room at once.
    /// - Throws: StreamError: `invalidContent` when the value cannot be encoded; then nothing was sent. Otherwise as
    ///   with JSON that is text already.
    public func send(
        encoding value: some Encodable,
        encoder: JSONEncoder = JSONEncoder(),
        evenIfCancelled: Bool = false
    ) async throws(StreamError) {
        try await self.send(try JSONCoding.element(value, encoder), evenIfCancelled: evenIfCancelled)
    }
}

extension ResponseBody {
    /// Each element of `values` as a line of JSON, as it comes.
    public static func jsonLines<Values: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        encoding values: Values,
        encoder: JSONEncoder = JSONEncoder()
    ) -> Self where Values.Element: Encodable {
        .jsonLines(flush: flush) { lines in
            for try await value in values {
                try await lines.send(encoding: value, encoder: encoder)
            }
            try Self.checkCancellation()
        }
    }
}

extension HTTPResult {
    /// Each element of `values` as a line of JSON, as it comes.
    ///
    /// ```swift
    /// import Sluice
    ///
    /// struct Reading: Codable { var celsius: Double }
    ///
    /// func readings(_ values: some AsyncSequence<Reading, any Error> & Sendable) -> HTTPResult {
    ///     .jsonLines(encoding: values)
    /// }
    /// ```
    ///
    /// The next is asked for when there is room for it. When the sequence throws, or a value cannot be encoded, the stream
    /// ends with that error. The content type is `application/x-ndjson`, unless `headers` has another.
    public static func jsonLines<Values: AsyncSequence & Sendable>(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = [],
        flush: FlushPolicy = .automatic,
        encoding values: Values,
        encoder: JSONEncoder = JSONEncoder()
    ) -> Self where Values.Element: Encodable {
        var result = Self.jsonLines(status: status, headers: headers, cookies: cookies) { _ in }
        result.body = .jsonLines(flush: flush, encoding: values, encoder: encoder)
        return result
    }
}

extension LambdaResult {
    /// Each element of `values` as a line of JSON, as it comes; see HTTPResult.
    public static func jsonLines<Values: AsyncSequence & Sendable>(
        flush: FlushPolicy = .automatic,
        encoding values: Values,
        encoder: JSONEncoder = JSONEncoder()
    ) -> Self where Values.Element: Encodable {
        let body = ResponseBody.jsonLines(flush: flush, encoding: values, encoder: encoder)
        return .body(body, contentType: JSONLine.mediaType)
    }
}
#endif
