// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import CoreMetrics
package import Logging
package import NIOCore
internal import Sluice
internal import SluiceWire
internal import Synchronization

/// A backend of swift-metrics for Lambda: what is counted and timed leaves as lines on standard output, from which
/// CloudWatch makes metrics. No agent, no request, no thread.
///
/// ```swift
/// import CoreMetrics
/// import Sluice
/// import SluiceMetrics
///
/// let metrics = EMFMetricsFactory(namespace: "TeaShop")
/// MetricsSystem.bootstrap(metrics)
/// let orders = Counter(label: "Orders", dimensions: [("Tea", "Assam")])
///
/// LambdaFunction { event, context in
///     orders.increment()
///     return .text("{}")
/// }
/// .with(metrics: metrics)
/// .run()
/// ```
///
/// It writes at the end of each invocation of a function that has it (`with(metrics:)`), earlier when the bounds of the
/// format are reached (100 values of a metric) or 1,000 metrics or 10,000 values wait, and when ``flush()`` is called.
///
/// | of swift-metrics | in CloudWatch |
/// |---|---|
/// | `Counter`, `FloatingPointCounter` | what was counted since the last line |
/// | `Gauge`, `Meter` | the last value, if there was one since the last line |
/// | `Recorder` | each value |
/// | `Timer` | each value, in milliseconds or in the unit that it prefers |
///
/// A metric that CloudWatch would not take, such as one with 31 dimensions, is not sent, and the log says why. Values that
/// are no finite numbers are left out.
///
/// Each combination of dimensions is a metric of its own, and paid for: a request id is none.
///
/// (CloudWatch User Guide, "Specification: Embedded metric format".)
public final class EMFMetricsFactory: MetricsFactory {
    let namespace: String
    let dimensions: MetricDimensions
    private let pending = Mutex(PendingMetrics())
    private let warningsLeft = Mutex(Limits.maximumMetricWarnings)
    private let logger: Logger
    private let output: MetricsOutput

    /// - Parameters:
    ///   - namespace: Under which CloudWatch shows the metrics: 1 to 255 characters, of which those beyond are cut off.
    ///   - dimensions: Those of every metric: by default `FunctionName`, where the process is a function on Lambda.
    public convenience init(namespace: String, dimensions: [String: String]? = nil) {
        self.init(namespace: namespace, dimensions: dimensions, output: .standard)
    }

    package init(
        namespace: String,
        dimensions: [String: String]? = nil,
        output: MetricsOutput,
        logger: Logger = .ofFunction(label: "sluice.metrics")
    ) {
        self.namespace = namespace.isEmpty ? "Sluice" : String(namespace.prefix(Limits.maximumMetricNameCharacters))
        self.output = output
        self.logger = logger
        let name = Platform.environmentValue("AWS_LAMBDA_FUNCTION_NAME").map { ["FunctionName": $0] }
        do throws(MetricProblem) {
            self.dimensions = try MetricDimensions((dimensions ?? name ?? [:]).map { ($0.key, $0.value) })
        } catch {
            logger.warning("metrics are sent without their common dimensions", metadata: ["reason": "\(error)"])
            self.dimensions = .none
        }
    }

    /// Writes what has been recorded and not written yet.
    public func flush() {
        self.write(self.pending.withLock { $0.takeAll() })
    }

    func record(_ value: Double, in series: MetricSeries) {
        guard value.magnitude <= Limits.maximumMetricValue else { return }
        let full: [PendingMetrics.Metric] = self.pending.withLock { pending in
            switch pending.record(value, in: series) {
            case .hold: []
            case .write: pending.takeAll()
            }
        }
        self.write(full)
    }

    func reset(_ series: MetricSeries) {
        self.pending.withLock { $0.reset(series) }
    }

    func write(_ metrics: [PendingMetrics.Metric], _ properties: [(name: String, value: String)] = []) {
        guard !metrics.isEmpty else { return }
        let now = self.output.millisecondsSinceEpoch()
        for line in EMFDocument.lines(
            of: metrics,
            namespace: self.namespace,
            millisecondsSinceEpoch: now,
            properties: properties
        ) {
            self.output.write(line)
        }
    }

    /// `nil` for what CloudWatch would not take.
    private func series(
        _ label: String,
        _ dimensions: [(String, String)],
        _ unit: MetricUnit,
        _ kind: MetricSeries.Kind
    ) -> MetricSeries? {
        do throws(MetricProblem) {
            return try MetricSeries(label, unit, kind, MetricDimensions(dimensions, beside: self.dimensions))
        } catch {
            self.warn(of: label, error)
            return nil
        }
    }

    private func warn(of label: String, _ problem: MetricProblem) {
        let mayWarn = self.warningsLeft.withLock { left in
            left -= left > 0 ? 1 : 0
            return left > 0
        }
        guard mayWarn else { return }
        self.logger.warning("a metric is not sent", metadata: ["metric": "\(label)", "reason": "\(problem)"])
    }

    // MARK: MetricsFactory

    /// For `Counter`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.series(label, dimensions, .count, .sum).map { EMFCounter(self, $0) } ?? NOOPMetricsHandler.instance
    }

    /// For `FloatingPointCounter`.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        self.series(label, dimensions, .none, .sum).map { EMFCounter(self, $0) } ?? NOOPMetricsHandler.instance
    }

    /// For `Meter`.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.series(label, dimensions, .none, .last).map { EMFMeter(self, $0) } ?? NOOPMetricsHandler.instance
    }

    /// For `Recorder`, and without aggregation for `Gauge`.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        self.series(label, dimensions, .none, aggregate ? .all : .last).map { EMFRecorder(self, $0) }
            ?? NOOPMetricsHandler.instance
    }

    /// For `Timer`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.series(label, dimensions, .milliseconds, .all).map { EMFTimer(self, $0) } ?? NOOPMetricsHandler.instance
    }

    /// What was recorded is still written.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// What was recorded is still written.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// What was recorded is still written.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// What was recorded is still written.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// What was recorded is still written.
    public func destroyTimer(_ handler: any TimerHandler) {}
}

/// Where documents go, and what time it is.
package struct MetricsOutput: Sendable {
    let millisecondsSinceEpoch: @Sendable () -> Int64
    let write: @Sendable (ByteBuffer) -> Void

    package init(
        millisecondsSinceEpoch: @escaping @Sendable () -> Int64,
        write: @escaping @Sendable (ByteBuffer) -> Void
    ) {
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
        self.write = write
    }

    static let standard = Self(
        millisecondsSinceEpoch: { Platform.wallClockMilliseconds() },
        write: { StandardOutput.write($0) }
    )
}
