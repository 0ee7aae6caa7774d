// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CoreMetrics
internal import Synchronization

// What the metrics of a program hold: each records into its factory, from any thread.

final class EMFCounter: CounterHandler, FloatingPointCounterHandler {
    private let factory: EMFMetricsFactory
    private let series: MetricSeries

    init(_ factory: EMFMetricsFactory, _ series: MetricSeries) {
        self.factory = factory
        self.series = series
    }

    func increment(by amount: Int64) { self.factory.record(Double(amount), in: self.series) }
    func increment(by amount: Double) { self.factory.record(amount, in: self.series) }
    func reset() { self.factory.reset(self.series) }
}

final class EMFRecorder: RecorderHandler {
    private let factory: EMFMetricsFactory
    private let series: MetricSeries

    init(_ factory: EMFMetricsFactory, _ series: MetricSeries) {
        self.factory = factory
        self.series = series
    }

    func record(_ value: Int64) { self.factory.record(Double(value), in: self.series) }
    func record(_ value: Double) { self.factory.record(value, in: self.series) }
}

final class EMFMeter: MeterHandler {
    private let factory: EMFMetricsFactory
    private let series: MetricSeries
    private let level = Mutex(0.0)

    init(_ factory: EMFMetricsFactory, _ series: MetricSeries) {
        self.factory = factory
        self.series = series
    }

    func set(_ value: Int64) { self.change { $0 = Double(value) } }
    func set(_ value: Double) { self.change { $0 = value } }
    func increment(by amount: Double) { self.change { $0 += amount } }
    func decrement(by amount: Double) { self.change { $0 -= amount } }

    private func change(_ change: (inout Double) -> Void) {
        let level = self.level.withLock { level in
            change(&level)
            return level
        }
        self.factory.record(level, in: self.series)
    }
}

final class EMFTimer: TimerHandler {
    private let factory: EMFMetricsFactory
    private let series: Mutex<MetricSeries>

    /// - Parameter series: in the unit that it is shown in until it prefers another.
    init(_ factory: EMFMetricsFactory, _ series: MetricSeries) {
        self.factory = factory
        self.series = Mutex(series)
    }

    func recordNanoseconds(_ duration: Int64) {
        let series = self.series.withLock { $0 }
        self.factory.record(Double(duration) / series.unit.nanoseconds, in: series)
    }

    /// CloudWatch has no nanoseconds, and nothing longer than seconds.
    func preferDisplayUnit(_ unit: TimeUnit) {
        let shown: MetricUnit =
            if unit == .nanoseconds || unit == .microseconds {
                .microseconds
            } else {
                unit == .milliseconds ? .milliseconds : .seconds
            }
        self.series.withLock { $0 = $0.measured(in: shown) }
    }
}

extension MetricUnit {
    /// Of the units of time.
    fileprivate var nanoseconds: Double {
        switch self {
        case .microseconds: 1e3
        case .milliseconds: 1e6
        case .seconds: 1e9
        case .none, .count, .bytes: 1
        }
    }
}
