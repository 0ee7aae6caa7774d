// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What bounds metrics in CloudWatch's embedded format.
extension Limits {
    /// Of a document of CloudWatch's embedded metric format: its metrics, and the values of each.
    /// (CloudWatch User Guide, "Specification: Embedded metric format".)
    package static let maximumMetricsInDocument = 100
    package static let maximumValuesOfMetric = 100
    /// How many dimensions a metric has at most. (CloudWatch User Guide, "CloudWatch Metrics concepts".)
    package static let maximumMetricDimensions = 30
    /// Of names of metrics and dimensions and of a namespace, and of a dimension's value.
    /// (CloudWatch API Reference, `MetricDatum` and `Dimension`.)
    package static let maximumMetricNameCharacters = 255
    package static let maximumDimensionValueCharacters = 1_024
    /// The largest value of a metric, either side of zero: 2 to the power of 360. (CloudWatch API Reference, `MetricDatum`.)
    package static let maximumMetricValue = 0x1p360
    /// How large a document becomes, in bytes: an event of CloudWatch Logs has at most 256 KB, and some of it is not ours.
    package static let maximumMetricsDocumentBytes = 250_000
    /// How many metrics and values wait in memory before they are written within an invocation.
    package static let maximumHeldMetrics = 1_000
    package static let maximumHeldMetricValues = 10_000
    /// How many metrics that CloudWatch would not take the log tells of, over the life of a process.
    package static let maximumMetricWarnings = 20
}
