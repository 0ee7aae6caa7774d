// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import Sluice
internal import SluiceWire
internal import Synchronization
internal import Tracing

/// The spans of a function's invocations: each begins with its handler, and ends when its response has ended.
final class InvocationTracing: InvocationObserver {
    private let chosen: (any Tracer)?
    private let isHTTP: Bool
    /// By request id: as many as invocations run at once.
    private let spans = Mutex<[String: any Span]>([:])

    init(tracer: (any Tracer)?, isHTTP: Bool) {
        self.chosen = tracer
        self.isHTTP = isHTTP
    }

    func run(_ event: ByteBuffer, _ context: InvocationContext, _ handler: LambdaFunction.Handler) async throws
        -> LambdaResult
    {
        let span = self.begin(event, context)
        let spanContext = span.context
        do {
            let result = try await ServiceContext.withValue(spanContext) { try await handler(event, context) }
            if let status = result.status { Self.note(status, on: span) }
            return result.wrapped { work in
                do {
                    try await ServiceContext.withValue(spanContext) { try await work() }
                } catch {
                    span.recordError(error)
                    throw error
                }
            }
        } catch {
            span.recordError(error)
            throw error
        }
    }

    private func begin(_ event: ByteBuffer, _ context: InvocationContext) -> any Span {
        let carrier = InvocationCarrier(traceID: context.traceID, event: self.isHTTP ? event : nil)
        var parent = ServiceContext.topLevel
        parent.xRayTraceID = context.traceID
        let tracer = self.chosen ?? InstrumentationSystem.tracer
        tracer.extract(carrier, into: &parent, using: InvocationCarrier.Reader())
        let span: any Span = tracer.startSpan(context.functionName ?? "invocation", context: parent, ofKind: .server)
        var attributes = span.attributes
        attributes["faas.invocation_id"] = context.requestID
        attributes["aws.lambda.invoked_arn"] = context.invokedFunctionARN
        if self.isHTTP { attributes["faas.trigger"] = "http" }
        if span.isRecording, let request = carrier.request {
            attributes["http.request.method"] = request.method
            attributes["url.path"] = request.rawPath
        }
        span.attributes = attributes
        // A retry that comes while the first try still runs has the same id.
        let forgotten = self.spans.withLock { $0.updateValue(span, forKey: context.requestID) }
        forgotten?.end()
        return span
    }

    private static func note(_ status: Int, on span: any Span) {
        span.attributes["http.response.status_code"] = status
        if status >= 500 { span.setStatus(SpanStatus(code: .error)) }
    }

    func responseEnded(_ record: InvocationRecord) {
        guard let span = self.spans.withLock({ $0.removeValue(forKey: record.context.requestID) }) else { return }
        let end = DefaultTracerClock.now
        var attributes = span.attributes
        attributes["faas.coldstart"] = record.isFirst
        attributes["sluice.response.bytes"] = record.bytes
        attributes["sluice.response.chunks"] = record.chunks
        if let errorType = record.errorType {
            attributes["error.type"] = errorType
            span.setStatus(SpanStatus(code: .error, message: errorType))
        }
        span.attributes = attributes
        if let firstByte = record.firstByte {
            let earlier = UInt64(clamping: (record.ended - firstByte).nanoseconds)
            let moment = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: end.nanosecondsSinceEpoch &- earlier)
            span.addEvent(SpanEvent(name: "first byte", at: moment))
        }
        span.end(at: end)
    }
}

extension LambdaResult {
    /// Of an HTTP result.
    fileprivate var status: Int? {
        switch self.kind {
        case .bytes, .stream: nil
        case .http(let result), .buffered(let result, _): result.status.code
        }
    }
}
