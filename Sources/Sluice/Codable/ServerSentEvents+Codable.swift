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

extension ServerSentEventWriter {
    /// Sends an event whose data are a value as JSON.
    ///
    /// - Throws: StreamError: `invalidContent` when the value cannot be encoded; then nothing was sent. Otherwise as
    ///   with data that are text already.
    public func send(
        encoding value: some Encodable,
        event: String? = nil,
        id: String? = nil,
        retry: Duration? = nil,
        encoder: JSONEncoder = JSONEncoder(),
        evenIfCancelled: Bool = false
    ) async throws(StreamError) {
        let json = try JSONCoding.element(value, encoder)
        try await self.send(data: json, event: event, id: id, retry: retry, evenIfCancelled: evenIfCancelled)
    }
}

extension ResponseBody {
    /// Each element of `values` as a server-sent event whose data are its JSON, as it comes.
    public static func serverSentEvents<Values: AsyncSequence & Sendable>(
        encoding values: Values,
        heartbeat: Duration? = ServerSentEventWriter.defaultHeartbeat,
        flush: FlushPolicy = .automatic,
        encoder: JSONEncoder = JSONEncoder()
    ) -> Self where Values.Element: Encodable {
        .serverSentEvents(heartbeat: heartbeat, flush: flush) { events in
            for try await value in values {
                try await events.send(encoding: value, encoder: encoder)
            }
            try Self.checkCancellation()
        }
    }
}

extension HTTPResult {
    /// Each element of `values` as a server-sent event whose data are its JSON, as it comes.
    ///
    /// When the sequence throws, or a value cannot be encoded, the stream ends with that error. Headers and heartbeat are
    /// those of serverSentEvents(headers:cookies:heartbeat:flush:_:).
    public static func serverSentEvents<Values: AsyncSequence & Sendable>(
        headers: HTTPFields = [:],
        cookies: [String] = [],
        encoding values: Values,
        heartbeat: Duration? = ServerSentEventWriter.defaultHeartbeat,
        flush: FlushPolicy = .automatic,
        encoder: JSONEncoder = JSONEncoder()
    ) -> Self where Values.Element: Encodable {
        var result = Self.serverSentEvents(headers: headers, cookies: cookies) { _ in }
        result.body = .serverSentEvents(
            encoding: values,
            heartbeat: heartbeat,
            flush: flush,
            encoder: encoder
        )
        return result
    }
}

extension LambdaResult {
    /// Each element of `values` as a server-sent event whose data are its JSON, as it comes; see HTTPResult.
    public static func serverSentEvents<Values: AsyncSequence & Sendable>(
        encoding values: Values,
        heartbeat: Duration? = ServerSentEventWriter.defaultHeartbeat,
        flush: FlushPolicy = .automatic,
        encoder: JSONEncoder = JSONEncoder()
    ) -> Self where Values.Element: Encodable {
        let body = ResponseBody.serverSentEvents(encoding: values, heartbeat: heartbeat, flush: flush, encoder: encoder)
        return .body(body, contentType: ServerSentEvent.mediaType)
    }
}
#endif
