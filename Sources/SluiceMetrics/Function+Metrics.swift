// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
public import Sluice
internal import SluiceWire

extension LambdaFunction {
    /// The same function, whose metrics are written at the end of each of its invocations, and with metrics of each
    /// response.
    ///
    /// | metric | unit | |
    /// |---|---|---|
    /// | `TimeToFirstByte` | Milliseconds | from the event to the first byte that left, if one did |
    /// | `ResponseDuration` | Milliseconds | from the first byte until Lambda had taken the last |
    /// | `Duration` | Milliseconds | from the event until Lambda had taken the last byte |
    /// | `ResponseBytes` | Bytes | as Lambda counts them: the head of an HTTP response is among them |
    /// | `ResponseChunks` | Count | writes that had bytes |
    /// | `Errors` | Count | 1 or 0 |
    /// | `ColdStarts` | Count | 1 or 0 |
    ///
    /// They are a line of their own with the common dimensions, and with `requestId`, `outcome` and `errorType` as
    /// further members, for queries of the log.
    ///
    /// - Parameters:
    ///   - metrics: where the line goes, with the metrics' namespace and common dimensions.
    ///   - responses: whether there is such a line for each response.
    public func with(metrics: EMFMetricsFactory, responses: Bool = true) -> Self {
        var function = self
        function.observers.append(InvocationMetrics(factory: metrics, measuresResponses: responses))
        return function
    }
}

extension HTTPFunction {
    /// The same function, whose metrics are written at the end of each of its invocations; see
    /// `LambdaFunction.with(metrics:responses:)`.
    public func with(metrics: EMFMetricsFactory, responses: Bool = true) -> Self {
        var function = self
        function.function = self.function.with(metrics: metrics, responses: responses)
        return function
    }
}

/// Measures responses, and writes what there is at the end of an invocation.
private struct InvocationMetrics: InvocationObserver {
    let factory: EMFMetricsFactory
    let measuresResponses: Bool

    func responseEnded(_ record: InvocationRecord) {
        guard self.measuresResponses else { return }
        var metrics: [PendingMetrics.Metric] = []
        func add(_ name: String, _ unit: MetricUnit, _ value: Double) {
            guard let series = try? MetricSeries(name, unit, .last, self.factory.dimensions) else { return }
            metrics.append(PendingMetrics.Metric(series: series, values: [value]))
        }
        if let time = record.timeToFirstByte { add("TimeToFirstByte", .milliseconds, time.milliseconds) }
        if let time = record.responseDuration { add("ResponseDuration", .milliseconds, time.milliseconds) }
        add("Duration", .milliseconds, record.duration.milliseconds)
        add("ResponseBytes", .bytes, Double(record.bytes))
        add("ResponseChunks", .count, Double(record.chunks))
        add("Errors", .count, record.errorType == nil ? 0 : 1)
        add("ColdStarts", .count, record.isFirst ? 1 : 0)
        var properties = [(name: "requestId", value: record.context.requestID), ("outcome", record.outcome.name)]
        if let errorType = record.errorType { properties.append(("errorType", errorType)) }
        self.factory.write(metrics, properties)
    }

    func invocationEnded(_ context: InvocationContext) {
        self.factory.flush()
    }
}
