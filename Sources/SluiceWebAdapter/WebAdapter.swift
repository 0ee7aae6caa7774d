// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import Logging
internal import NIOCore
internal import NIOPosix
package import Sluice
internal import SluiceGzip
internal import SluiceMetrics
internal import SluiceWire
internal import Synchronization

/// A function that is an HTTP application beside it: each event becomes a request, and the answer leaves as it comes.
package final class WebAdapter: Sendable {
    private let configuration: AdapterConfiguration
    private let upstream: Upstream
    private let requests: UpstreamRequestMaker
    private let probe: ReadinessProbe
    private let state: ApplicationState
    private let logger: Logger
    private let metrics: EMFMetricsFactory?
    /// Whether the application has been ready; until then each request looks.
    private let isReady = Atomic(false)
    private let hasNotedAuthorization = Atomic(false)

    package init(_ configuration: AdapterConfiguration, state: ApplicationState, logger: Logger) {
        self.configuration = configuration
        self.metrics = configuration.writesMetrics ? EMFMetricsFactory(namespace: "SluiceAdapter") : nil
        self.upstream = Upstream(configuration, metrics: self.metrics)
        self.requests = UpstreamRequestMaker(configuration)
        self.probe = ReadinessProbe(configuration: configuration, state: state, logger: logger)
        self.state = state
        self.logger = logger
    }

    /// Asks for invocations when the application is ready.
    package func function() -> LambdaFunction {
        var function = LambdaFunction(
            setUp: { _ in
                guard let loop = MultiThreadedEventLoopGroup.currentEventLoop else { return }
                self.isReady.store(try await self.probe.wait(on: loop), ordering: .releasing)
            },
            { _, event, context in try await self.answer(event, context) }
        )
        function.logger = self.logger
        let state = self.state
        function.mayGoOn = {
            guard state.hasEnded else { return true }
            // The first worker that ends, ends all.
            try? await state.awaitIdle()
            return false
        }
        function.invocationEnded = { state.requestEnded() }
        // Which of the two an answer is, is decided for each.
        function.responseMode = .streamed
        return self.metrics.map { function.with(metrics: $0) } ?? function
    }

    private func answer(_ event: ByteBuffer, _ context: InvocationContext) async throws -> LambdaResult {
        // Until Lambda has all of the answer, and not only until it is written.
        self.state.requestBegan()
        let loop = context.eventLoop
        if !self.isReady.load(ordering: .acquiring) {
            try await self.probe.waitUntilReady(on: loop)
            self.isReady.store(true, ordering: .releasing)
        }
        do {
            switch try AdapterEvent(event) {
            case .http(let event): return try await self.answer(event, context)
            case .other(let event): return try await self.passThrough(event, context)
            }
        } catch let error as UpstreamError {
            await self.state.awaitEnd(on: loop)
            throw error
        }
    }

    // MARK: HTTP

    private func answer(_ event: HTTPRequestEvent, _ context: InvocationContext) async throws -> LambdaResult {
        let result: HTTPResult
        if event.asksForWebSocket {
            result = .text(
                "This is a Lambda function, which cannot switch protocols: no WebSocket.\n",
                status: .notImplemented
            )
        } else {
            self.noteAuthorization(of: event)
            let request = self.requests.request(
                of: event,
                lambdaContext: context.asJSON,
                tenantID: context.tenantID
            )
            let answer = try await self.upstream.send(request, on: context.eventLoop)
            let acceptEncoding = event.headers.first { $0.name == .acceptEncoding }?.value
            result = try await self.result(of: answer, acceptEncoding, isHead: request.isHead)
        }
        let streams = self.configuration.invokeMode == .responseStream && event.source.canStream
        return streams ? LambdaResult(.http(result)) : LambdaResult(.buffered(result, event.resultForm))
    }

    /// Once: a request without it may be meant, as one to a public page is.
    private func noteAuthorization(of event: HTTPRequestEvent) {
        guard let source = self.configuration.authorizationSource, event.headers[source] == nil,
            !self.hasNotedAuthorization.exchange(true, ordering: .relaxed)
        else { return }
        self.logger.warning(
            """
            a request has no header \(source.canonicalName), which AWS_LWA_AUTHORIZATION_SOURCE names: it goes on \
            without it; others are not told of
            """
        )
    }

    private func result(
        of answer: UpstreamAnswer,
        _ acceptEncoding: String?,
        isHead: Bool
    ) async throws -> HTTPResult {
        let head = try UpstreamHead(answer.head)
        try await self.checkStatus(head, answer)
        let bound = NIOLoopBound(answer, eventLoop: answer.loop)
        let compresses =
            self.configuration.compresses
            && CompressionRule.applies(to: head, acceptEncoding: acceptEncoding, isHead: isHead)
        guard !compresses else {
            let head = CompressionRule.applied(to: head)
            return .stream(status: head.status, headers: head.fields, cookies: head.cookies) { writer in
                let gzip = NIOLoopBound(try GzipStream(), eventLoop: bound.eventLoop)
                while let parts = try await self.next(of: bound) {
                    try await writer.write(contentsOf: parts.map { gzip.value.compress($0) })
                }
                try await writer.write(gzip.value.finish())
            }
        }
        let mayBeCompressed =
            self.configuration.compresses && CompressionRule.applies(to: head, acceptEncoding: "gzip", isHead: isHead)
        let plain = mayBeCompressed ? CompressionRule.varying(head) : head
        return .stream(status: plain.status, headers: plain.fields, cookies: plain.cookies) { writer in
            while let parts = try await self.next(of: bound) { try await writer.write(contentsOf: parts) }
        }
    }

    private func next(of answer: NIOLoopBound<UpstreamAnswer>) async throws -> [ByteBuffer]? {
        do {
            return try await answer.value.next()
        } catch let error as UpstreamError {
            await self.state.awaitEnd(on: answer.eventLoop)
            throw error
        }
    }

    private func checkStatus(_ head: UpstreamHead, _ answer: UpstreamAnswer) async throws {
        guard self.configuration.errorStatuses.contains(head.status.code) else { return }
        let body = try await answer.gather(atMost: AdapterLimits.errorBodyBytes)
        throw UpstreamError.errorStatus(head.status.code, body: String(buffer: body))
    }

    // MARK: Other events

    /// The answer is the application's body and nothing else: whoever invokes with such an event knows of no HTTP.
    private func passThrough(_ event: ByteBuffer, _ context: InvocationContext) async throws -> LambdaResult {
        let request = self.requests.passThrough(event, lambdaContext: context.asJSON, tenantID: context.tenantID)
        let answer = try await self.upstream.send(request, on: context.eventLoop)
        let head = try UpstreamHead(answer.head)
        try await self.checkStatus(head, answer)
        let type = head.fields[.contentType] ?? "application/octet-stream"
        guard self.configuration.invokeMode == .responseStream else {
            // One more than may be sent, so that the runtime says what is too much.
            let body = try await answer.gather(atMost: Limits.maximumBufferedResponseBytes + 1)
            return .bytes(body, contentType: type)
        }
        let bound = NIOLoopBound(answer, eventLoop: answer.loop)
        return .stream(contentType: type) { writer in
            while let parts = try await self.next(of: bound) { try await writer.write(contentsOf: parts) }
        }
    }
}
