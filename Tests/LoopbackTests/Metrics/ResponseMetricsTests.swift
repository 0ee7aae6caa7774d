// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import CoreMetrics
import Sluice
import SluiceMetrics
import SluiceTesting
import TestSupport
import Testing

/// What a function with metrics writes of its invocations.
@Suite struct ResponseMetricsTests {
    private struct Failure: Error {}

    private static func factory() -> (EMFMetricsFactory, RecordedDocuments) {
        let documents = RecordedDocuments()
        let factory = EMFMetricsFactory(namespace: "Tea", dimensions: ["F": "shop"], output: documents.output)
        return (factory, documents)
    }

    @Test func aStreamIsMeasuredFromItsEventToItsEnd() async throws {
        let (metrics, documents) = Self.factory()
        let function = LambdaFunction { _, context in
            LambdaResult.stream { writer in
                try await context.clock.sleep(for: .milliseconds(250))
                try await writer.write("one")
                try await context.clock.sleep(for: .milliseconds(500))
                try await writer.write("three")
            }
        }.with(metrics: metrics)
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.raw("{}"))
            _ = try await call.response()
            try await call.finished()
            let document = try #require(try documents.all().first)
            #expect(document.namespace == "Tea" && document.dimensions == [["F"]])
            #expect(document.values("TimeToFirstByte") == [250])
            #expect(document.values("ResponseDuration") == [500])
            #expect(document.values("Duration") == [750])
            #expect(document.values("ResponseBytes") == [8])
            #expect(document.values("ResponseChunks") == [2])
            #expect(document.values("Errors") == [0] && document.values("ColdStarts") == [1])
            #expect(
                document.metrics["TimeToFirstByte"] == "Milliseconds" && document.metrics["ResponseBytes"] == "Bytes"
            )
            #expect(document.members["requestId"] as? String == call.requestID)
            #expect(document.members["outcome"] as? String == "accepted")
            _ = try await function.invoke(.raw("{}")).response()
        }
        #expect(try documents.all().last?.values("ColdStarts") == [0])
    }

    @Test func anErrorIsCountedAndNamed() async throws {
        let (metrics, documents) = Self.factory()
        let function = HTTPFunction { _, _ in throw Failure() }.with(metrics: metrics)
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.functionURL())
            _ = try await call.end()
            try await call.finished()
        }
        let document = try #require(try documents.all().first)
        #expect(document.values("Errors") == [1])
        #expect(document.members["errorType"] as? String == "Function.Failure")
        #expect(document.metrics["TimeToFirstByte"] == nil)
    }

    @Test func theMetricsOfAnInvocationAreWrittenBehindItsLastWork() async throws {
        let (metrics, documents) = Self.factory()
        let counter = Counter(label: "orders", factory: metrics)
        let gate = Watched(false)
        let function = LambdaFunction { event, _ in
            counter.increment()
            return LambdaResult.bytes(event).afterResponse { _ in
                _ = try await gate.first("the gate") { $0 ? true : nil }
                counter.increment()
            }
        }.with(metrics: metrics, responses: false)
        try await withTestedFunction(function) { function in
            let call = try await function.invoke(.raw("{}"))
            _ = try await call.response()
            #expect(documents.count == 0)
            gate.update { $0 = true }
            try await call.finished()
            #expect(try documents.all().map { $0.values("orders") } == [[2]])
        }
    }
}
