// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Sluice

/// A Hummingbird responder and what it needs to answer a function's requests.
struct HummingbirdResponder<Responder: HTTPResponder>: Sendable {
    private let responder: Responder
    private let serverName: String?
    private let makeContext: @Sendable (FunctionRequest, InvocationContext) -> Responder.Context

    init(_ responder: Responder, logger: Logger, serverName: String?)
    where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        self.responder = responder
        self.serverName = serverName
        self.makeContext = { request, invocation in
            var logger = logger
            // The name under which Hummingbird's own server has it, and which a context's `id` is read from.
            logger[metadataKey: "hb.request.id"] = "\(invocation.requestID)"
            let channel = CallersChannel(from: request.sourceIP, on: invocation.eventLoop)
            return Responder.Context(source: .init(channel: channel, logger: logger))
        }
    }

    init(lambda responder: Responder)
    where Responder.Context: InitializableFromSource<LambdaRequestContextSource> {
        self.responder = responder
        self.serverName = nil
        self.makeContext = { Responder.Context(source: LambdaRequestContextSource(request: $0, invocation: $1)) }
    }

    func respond(to request: FunctionRequest, _ invocation: InvocationContext) async -> HTTPResult {
        await CurrentRequest.$value.withValue(request) {
            let response: Response
            do {
                response = try await self.responder.respond(
                    to: Request(request),
                    context: self.makeContext(request, invocation)
                )
            } catch {
                // As Hummingbird's server does it, which says no more either.
                invocation.logger.error("the application failed", metadata: ["error": "\(error)"])
                return HTTPResult(status: .internalServerError)
            }
            return self.result(of: response, request, invocation)
        }
    }

    private func result(
        of response: Response,
        _ request: FunctionRequest,
        _ invocation: InvocationContext
    ) -> HTTPResult {
        // Whoever frames the body says its length.
        var headers = HTTPFields()
        headers.append(contentsOf: response.headers.filter { $0.name != .contentLength })
        if let name = self.serverName { headers[.server] = name }
        guard response.body.contentLength != 0, request.method != .head else {
            return HTTPResult(status: response.status, headers: headers)
        }
        return .stream(status: response.status, headers: headers) { writer in
            try await CurrentRequest.$value.withValue(request) {
                try await response.body.write(LambdaBodyWriter(writer: writer, logger: invocation.logger))
            }
        }
    }
}

/// What a Hummingbird body writes to.
private struct LambdaBodyWriter: ResponseBodyWriter {
    let writer: BodyWriter
    let logger: Logger
    /// What a connection to the Runtime API holds.
    private static let mostTogetherBytes = 128 * 1024

    mutating func write(_ buffer: ByteBuffer) async throws { try await self.writer.write(buffer) }

    mutating func write(contentsOf buffers: some Sequence<ByteBuffer>) async throws {
        // In pieces: the sequence may be lazy, and longer than memory.
        var together: [ByteBuffer] = []
        var bytes = 0
        for buffer in buffers {
            together.append(buffer)
            bytes += buffer.readableBytes
            guard bytes >= Self.mostTogetherBytes else { continue }
            try await self.writer.write(contentsOf: together)
            together.removeAll(keepingCapacity: true)
            bytes = 0
        }
        try await self.writer.write(contentsOf: together)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        guard let trailingHeaders, !trailingHeaders.isEmpty else { return }
        self.logger.debug("trailers are left out: Lambda passes none on")
    }
}

extension Request {
    init(_ request: FunctionRequest) {
        let target = request.query.isEmpty ? request.path : request.path + "?" + request.query
        self.init(
            head: HTTPRequest(
                method: request.method,
                scheme: "https",
                authority: request.headers.first { $0.name == .hostField }?.value,
                path: target,
                headerFields: request.headers
            ),
            body: RequestBody(buffer: request.body)
        )
    }
}

extension HTTPField.Name {
    /// `host`, which HTTPTypes keeps for the authority of a head.
    fileprivate static let hostField = Self("host") ?? .userAgent
}
#endif
