// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// What was recorded and not written yet. It holds no more than the bounds of the format and of `Limits`.
package struct PendingMetrics: Sendable {
    package struct Metric: Hashable, Sendable {
        package let series: MetricSeries
        package var values: [Double]
    }

    private var metrics: [Metric] = []
    private var positions: [MetricSeries: Int] = [:]
    private var valueCount = 0

    package init() {}

    package var isEmpty: Bool { self.metrics.isEmpty }

    package enum OnRecord: Equatable {
        case hold
        /// A bound is reached: take everything, and write it.
        case write
    }

    package mutating func record(_ value: Double, in series: MetricSeries) -> OnRecord {
        guard let position = self.positions[series] else {
            self.positions[series] = self.metrics.count
            self.metrics.append(Metric(series: series, values: [value]))
            self.valueCount += 1
            return self.isFull ? .write : .hold
        }
        switch series.kind {
        case .sum: self.metrics[position].values[0] += value
        case .last: self.metrics[position].values[0] = value
        case .all:
            self.metrics[position].values.append(value)
            self.valueCount += 1
            if self.metrics[position].values.count == Limits.maximumValuesOfMetric { return .write }
        }
        return self.isFull ? .write : .hold
    }

    /// A counter was set to zero: what was counted and not written yet does not count.
    package mutating func reset(_ series: MetricSeries) {
        guard let position = self.positions[series] else { return }
        self.metrics[position].values = [0]
    }

    /// All of it, in the order in which it began.
    package mutating func takeAll() -> [Metric] {
        defer { self = Self() }
        return self.metrics
    }

    private var isFull: Bool {
        self.metrics.count >= Limits.maximumHeldMetrics || self.valueCount >= Limits.maximumHeldMetricValues
    }
}
