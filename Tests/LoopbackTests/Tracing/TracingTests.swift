// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import InMemoryTracing
import NIOCore
import Sluice
import SluiceTesting
import SluiceTracing
import TestSupport
import Testing
import Tracing

/// A span for each invocation, and the trace that is handed on.
@Suite struct TracingTests {
    private struct Failure: Error {}

    private static func nanoseconds(_ instant: any TracerInstant) -> UInt64 { instant.nanosecondsSinceEpoch }

    @Test(arguments: TestedFunction.Transport.allCases)
    func theSpanEndsWhenTheStreamEndsAndNotWhenTheHandlerReturns(_ transport: TestedFunction.Transport) async throws {
        let tracer = InMemoryTracer()
        let gate = Watched(false)
        let function = HTTPFunction { _, _ in
            .stream(status: .created) { writer in
                try await writer.write("one")
                _ = try await gate.first("the gate") { $0 ? true : nil }
                try await writer.write("two")
            }
        }.traced(by: tracer)
        try await withTestedFunction(function, TestedFunction.Settings(transport)) { function in
            let call = try await function.invoke(.functionURL("/tea?x=1", method: .post))
            #expect(try await call.nextChunk()?.text == "one")
            #expect(tracer.finishedSpans.isEmpty && tracer.activeSpans.count == 1)
            gate.update { $0 = true }
            #expect(try await call.response().end.isComplete)
            try await call.finished()
            let span = try #require(tracer.finishedSpans.first)
            #expect(tracer.activeSpans.isEmpty && tracer.finishedSpans.count == 1)
            #expect(span.operationName == "function" && span.kind == .server)
            #expect(span.status == nil && span.errors.isEmpty)
            #expect(span.events.map(\.name) == ["first byte"])
            #expect((span.events.first?.nanosecondsSinceEpoch ?? 0) <= Self.nanoseconds(span.endInstant))
            #expect(span.attributes["faas.invocation_id"]?.toSpanAttribute() == .string(call.requestID))
            #expect(span.attributes["faas.trigger"]?.toSpanAttribute() == .string("http"))
            #expect(span.attributes["faas.coldstart"]?.toSpanAttribute() == .bool(true))
            #expect(span.attributes["http.request.method"]?.toSpanAttribute() == .string("POST"))
            #expect(span.attributes["url.path"]?.toSpanAttribute() == .string("/tea"))
            #expect(span.attributes["http.response.status_code"]?.toSpanAttribute() == .int64(201))
            #expect(span.attributes["sluice.response.chunks"]?.toSpanAttribute() != nil)
        }
    }

    @Test func handlerBodyAndLaterWorkRunInTheSpan() async throws {
        let tracer = InMemoryTracer()
        let function = LambdaFunction { _, _ in
            tracer.startSpan("handler").end()
            return LambdaResult.stream { writer in
                tracer.startSpan("body").end()
                try await writer.write("x")
            }.afterResponse { _ in tracer.startSpan("later").end() }
        }.traced(by: tracer)
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.raw("{}"))
            _ = try await call.response()
            try await call.finished()
        }
        let spans = tracer.finishedSpans
        let own = try #require(spans.first { $0.kind == .server })
        for name in ["handler", "body", "later"] {
            #expect(spans.first { $0.operationName == name }?.parentSpanID == own.spanID, "\(name)")
        }
        #expect(own.attributes["faas.trigger"]?.toSpanAttribute() == nil)
    }

    @Test(arguments: [true, false]) func errorsAreRecorded(beforeTheResponse: Bool) async throws {
        let tracer = InMemoryTracer()
        let function = LambdaFunction { _, _ in
            if beforeTheResponse { throw Failure() }
            return .stream { writer in
                try await writer.write("x")
                throw Failure()
            }
        }.traced(by: tracer)
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.raw("{}"))
            _ = try await call.end()
            try await call.finished()
        }
        let span = try #require(tracer.finishedSpans.first)
        #expect(span.status == SpanStatus(code: .error, message: "Function.Failure"))
        #expect(span.attributes["error.type"]?.toSpanAttribute() == .string("Function.Failure"))
        #expect(span.errors.count == 1 && span.errors.first?.error is Failure)
        #expect(span.events.map(\.name) == (beforeTheResponse ? [] : ["first byte"]))
    }

    @Test func anAnswerOf500IsAnError() async throws {
        let tracer = InMemoryTracer()
        let function = HTTPFunction { _, _ in .text("", status: .serviceUnavailable) }.traced(by: tracer)
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.functionURL())
            _ = try await call.response()
            try await call.finished()
        }
        #expect(tracer.finishedSpans.first?.status?.code == .error)
    }

    @Test func theParentIsFoundInTheFieldsOfTheRequest() async throws {
        let tracer = InMemoryTracer()
        let function = HTTPFunction { _, _ in .text("") }.traced(by: tracer)
        let fields: HTTPFields = [
            try #require(HTTPField.Name(InMemoryTracer.traceIDKey)): "trace-9",
            try #require(HTTPField.Name(InMemoryTracer.spanIDKey)): "span-9",
        ]
        try await withTestedFunction(function) { function in
            for event in [TestEvent.functionURL(headers: fields), .http(from: .restAPI, headers: fields), .raw("no")] {
                let call = try await function.invoke(event)
                _ = try await call.end()
                try await call.finished()
            }
        }
        #expect(tracer.finishedSpans.map(\.parentSpanID) == ["span-9", "span-9", nil])
        #expect(tracer.finishedSpans.first?.traceID == "trace-9")
    }

    @Test func theTraceOfLambdaIsHandedOnFromTheHandlerAndTheBody() async throws {
        let sent = Watched<[HTTPFields]>([])
        let send: @Sendable () -> Void = {
            var fields: HTTPFields = [.accept: "a"]
            if let name = HTTPField.Name("x-amzn-trace-id") { fields[name] = "stale" }
            if let context = ServiceContext.current {
                XRayInstrument().inject(context, into: &fields, using: HTTPFieldsInjector())
            }
            sent.update { $0.append(fields) }
        }
        let function = HTTPFunction { _, _ in
            send()
            return .stream { _ in send() }
        }.traced()
        try await withTestedFunction(function) { function in
            var event = TestEvent.functionURL()
            event.traceID = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"
            let call = try await function.invoke(event)
            _ = try await call.response()
            let name = try #require(HTTPField.Name("X-Amzn-Trace-Id"))
            #expect(sent.current.count == 2)
            for fields in sent.current {
                #expect(fields.filter { $0.name == name }.map(\.value) == [event.traceID])
                #expect(fields[.accept] == "a")
            }
        }
    }

    @Test func xRayIsReadFromACarrier() {
        struct Reader: Extractor {
            func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        }
        var context = ServiceContext.topLevel
        XRayInstrument().extract(["X-Amzn-Trace-Id": "Root=1"], into: &context, using: Reader())
        #expect(context.xRayTraceID == "Root=1")
        XRayInstrument().extract([:], into: &context, using: Reader())
        #expect(context.xRayTraceID == "Root=1")
        var fields: HTTPFields = [:]
        context.xRayTraceID = "a\r\nb: c"
        XRayInstrument().inject(context, into: &fields, using: HTTPFieldsInjector())
        #expect(fields.isEmpty)
    }

    @Test func spansOfInvocationsAtOnceAreKeptApart() async throws {
        let tracer = InMemoryTracer()
        let gate = Watched(0)
        let function = LambdaFunction { event, context in
            gate.update { $0 += 1 }
            _ = try await gate.first("all of them") { $0 == 3 ? true : nil }
            tracer.startSpan(context.requestID).end()
            return .bytes(event)
        }.traced(by: tracer)
        var settings = TestedFunction.Settings()
        settings.maximumConcurrency = 3
        try await withTestedFunction(function, settings) { function in
            var calls: [TestedInvocation] = []
            for _ in 0..<3 { calls.append(try await function.invoke(.raw("{}"))) }
            for call in calls {
                _ = try await call.response()
                try await call.finished()
            }
        }
        let spans = tracer.finishedSpans
        let servers = spans.filter { $0.kind == .server }
        #expect(servers.count == 3 && tracer.activeSpans.isEmpty)
        for server in servers {
            let inner = spans.first { $0.parentSpanID == server.spanID }
            #expect(
                server.attributes["faas.invocation_id"]?.toSpanAttribute() == (inner?.operationName).map { .string($0) }
            )
        }
    }
}
