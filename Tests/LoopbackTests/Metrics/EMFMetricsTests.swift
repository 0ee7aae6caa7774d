// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import CoreMetrics
import Logging
import SluiceMetrics
import SluiceWire
import TestSupport
import Testing

/// What swift-metrics records, as documents of the embedded metric format.
@Suite struct EMFMetricsTests {
    private static func factory(_ dimensions: [String: String] = [:]) -> (EMFMetricsFactory, RecordedDocuments) {
        let documents = RecordedDocuments()
        return (EMFMetricsFactory(namespace: "Tea", dimensions: dimensions, output: documents.output), documents)
    }

    @Test func aLineIsADocumentOfTheFormat() throws {
        let (factory, documents) = Self.factory(["FunctionName": "shop"])
        Counter(label: "Orders", dimensions: [("Tea", "Assam")], factory: factory).increment(by: 3)
        factory.flush()
        #expect(
            documents.text == [
                #"{"_aws":{"Timestamp":1732521600000,"CloudWatchMetrics":[{"Namespace":"Tea","Dimensions":"#
                    + #"[["FunctionName","Tea"]],"Metrics":[{"Name":"Orders","Unit":"Count"}]}]},"#
                    + #""FunctionName":"shop","Tea":"Assam","Orders":3}"# + "\n"
            ]
        )
        factory.flush()
        #expect(documents.count == 1, "nothing was recorded since")
    }

    @Test func everyKindOfMetricBecomesWhatItIsInCloudWatch() throws {
        let (factory, documents) = Self.factory()
        let counter = Counter(label: "counter", factory: factory)
        counter.increment(by: 2)
        counter.increment(by: 3)
        let floating = FloatingPointCounter(label: "floating", factory: factory)
        floating.increment(by: 0.5)
        floating.increment(by: 0.25)
        let gauge = Gauge(label: "gauge", factory: factory)
        gauge.record(1)
        gauge.record(2.5)
        let meter = Meter(label: "meter", factory: factory)
        meter.set(10)
        meter.increment(by: 2)
        meter.decrement(by: 0.5)
        let recorder = Recorder(label: "recorder", factory: factory)
        recorder.record(1)
        recorder.record(2)
        let timer = Timer(label: "timer", factory: factory)
        timer.recordNanoseconds(1_500_000)
        timer.recordMilliseconds(2)
        Timer(label: "quick", preferredDisplayUnit: .nanoseconds, factory: factory).recordNanoseconds(2_500)
        Timer(label: "slow", preferredDisplayUnit: .hours, factory: factory).recordSeconds(90)
        factory.flush()
        let document = try #require(try documents.all().first)
        #expect(document.values("counter") == [5])
        #expect(document.values("floating") == [0.75])
        #expect(document.values("gauge") == [2.5])
        #expect(document.values("meter") == [11.5])
        #expect(document.values("recorder") == [1, 2])
        #expect(document.values("timer") == [1.5, 2])
        #expect(document.values("quick") == [2.5])
        #expect(document.values("slow") == [90])
        #expect(
            document.metrics == [
                "counter": "Count", "floating": "None", "gauge": "None", "meter": "None", "recorder": "None",
                "timer": "Milliseconds", "quick": "Microseconds", "slow": "Seconds",
            ]
        )
        counter.increment()
        meter.increment(by: 1)
        factory.flush()
        let second = try #require(try documents.all().last)
        #expect(second.values("counter") == [1], "counters send what came since")
        #expect(second.values("meter") == [12.5], "meters keep their level")
        #expect(second.metrics.count == 2)
    }

    @Test func theSameMetricMadeTwiceIsOne() throws {
        let (factory, documents) = Self.factory()
        for _ in 0..<5 { Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: factory).increment() }
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: factory).increment()
        Counter(label: "c", dimensions: [("a", "2"), ("b", "2")], factory: factory).increment()
        factory.flush()
        #expect(try documents.all().map { $0.values("c") } == [[6], [1]])
    }

    @Test func aCounterThatIsResetForgetsWhatWasNotSent() throws {
        let (factory, documents) = Self.factory()
        let counter = Counter(label: "c", factory: factory)
        counter.increment(by: 7)
        counter.reset()
        counter.increment(by: 2)
        factory.flush()
        #expect(try documents.all().map { $0.values("c") } == [[2]])
    }

    // MARK: Bounds

    @Test func aHundredValuesAreWrittenAtOnce() throws {
        let (factory, documents) = Self.factory()
        let recorder = Recorder(label: "r", factory: factory)
        for value in 1..<Limits.maximumValuesOfMetric { recorder.record(value) }
        #expect(documents.count == 0)
        recorder.record(100)
        #expect(try documents.all().map { $0.values("r") } == [(1...100).map(Double.init)])
    }

    @Test func aDocumentHasAHundredMetricsAndTheNextOneTheRest() throws {
        let (factory, documents) = Self.factory()
        for number in 0..<101 { Counter(label: "c\(number)", factory: factory).increment() }
        factory.flush()
        #expect(try documents.all().map(\.metrics.count) == [100, 1])
    }

    @Test func twoMetricsOfOneNameDoNotShareADocument() throws {
        let (factory, documents) = Self.factory()
        Counter(label: "same", factory: factory).increment()
        Timer(label: "same", factory: factory).recordSeconds(1)
        factory.flush()
        #expect(try documents.all().map(\.metrics) == [["same": "Count"], ["same": "Milliseconds"]])
    }

    @Test func whatWaitsHasABound() throws {
        let (factory, documents) = Self.factory()
        for number in 0..<Limits.maximumHeldMetrics { Counter(label: "c\(number)", factory: factory).increment() }
        #expect(try documents.all().map(\.metrics.count).reduce(0, +) == Limits.maximumHeldMetrics)
        let (second, more) = Self.factory()
        for number in 0..<Limits.maximumHeldMetricValues {
            Recorder(label: "r\(number % 500)", factory: second).record(1)
        }
        #expect(
            try more.all().flatMap { document in document.metrics.keys.flatMap { document.values($0) } }.count
                == Limits.maximumHeldMetricValues
        )
    }

    @Test func noDocumentIsLargerThanAnEventOfTheLog() throws {
        let (factory, documents) = Self.factory()
        for number in 0..<90 {
            let name = "\(number)" + String(repeating: "\u{1}", count: Limits.maximumMetricNameCharacters - 2)
            let recorder = Recorder(label: name, factory: factory)
            for value in 0..<99 { recorder.record(-1.234567890123456e-100 * Double(value + 1)) }
        }
        factory.flush()
        #expect(documents.count > 1)
        #expect(documents.text.allSatisfy { $0.utf8.count <= Limits.maximumMetricsDocumentBytes })
        #expect(try documents.all().map(\.metrics.count).reduce(0, +) == 90)
    }

    @Test func whatCloudWatchWouldNotTakeIsNotSentAndTheLogSaysWhy() throws {
        let documents = RecordedDocuments()
        let lines = Watched<[String]>([])
        let factory = EMFMetricsFactory(
            namespace: "Tea",
            dimensions: ["FunctionName": "shop"],
            output: documents.output,
            logger: Logger(label: "test") { _ in RecordingLogHandler(lines: lines) }
        )
        let many = (0..<30).map { ("d\($0)", "x") }
        let refused: [(String, [(String, String)])] = [
            ("", []), (String(repeating: "n", count: 256), []), ("_aws", []), ("FunctionName", []),
            ("a", [("a", "x")]), ("a", many), ("a", [(":b", "x")]), ("a", [("", "x")]), ("a", [("b", "")]),
            ("a", [("b", " ")]), ("a", [("b", "é")]), ("a", [("b", "a\nb")]), ("a", [("_aws", "x")]),
            ("a", [("b", String(repeating: "v", count: 1_025))]),
        ]
        for (label, dimensions) in refused {
            Counter(label: label, dimensions: dimensions, factory: factory).increment()
        }
        factory.flush()
        #expect(documents.count == 0)
        #expect(lines.current.count == refused.count)
        #expect(lines.current.allSatisfy { $0.hasPrefix("a metric is not sent") })
        for _ in 0..<100 { Timer(label: "", factory: factory).recordSeconds(1) }
        #expect(lines.current.count < Limits.maximumMetricWarnings, "the log is not filled with them")
        Counter(label: String(repeating: "n", count: 255), dimensions: Array(many.dropLast()), factory: factory)
            .increment()
        factory.flush()
        #expect(try documents.all().map(\.dimensions.first?.count) == [30])
    }

    @Test func valuesThatAreNoNumbersAreLeftOut() throws {
        let (factory, documents) = Self.factory()
        let recorder = Recorder(label: "r", factory: factory)
        for value in [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude, 1e-7, 1e20, -0.0, 0x1p360] {
            recorder.record(value)
        }
        factory.flush()
        #expect(documents.text.first?.hasSuffix(#""r":[1e-07,1e+20,0,2.3485425827738332e+108]}"# + "\n") == true)
    }

    @Test func threadsRecordAtOnceAndNothingIsLost() async throws {
        let (factory, documents) = Self.factory()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask(executorPreference: globalConcurrentExecutor) {
                    for _ in 0..<500 {
                        Counter(label: "c", factory: factory).increment()
                        Recorder(label: "r", factory: factory).record(1)
                    }
                }
            }
        }
        factory.flush()
        let all = try documents.all()
        #expect(all.flatMap { $0.values("c") }.reduce(0, +) == 4_000)
        #expect(all.flatMap { $0.values("r") }.count == 4_000)
    }
}

/// Keeps messages.
private struct RecordingLogHandler: LogHandler {
    let lines: Watched<[String]>
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) { self.lines.update { $0.append("\(event.message)") } }
}
