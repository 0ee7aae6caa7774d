// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// A document of CloudWatch's embedded metric format: one JSON object on a line, whose member `_aws` says which of its
/// other members are metrics and dimensions.
///
/// (CloudWatch User Guide, "Specification: Embedded metric format".)
package struct EMFDocument {
    package static let metadataName = "_aws"

    private let namespace: String
    private let dimensions: MetricDimensions
    private var metrics: [PendingMetrics.Metric] = []
    private var names: Set<String> = []
    private var byteCount: Int

    private init(_ namespace: String, _ dimensions: MetricDimensions) {
        self.namespace = namespace
        self.dimensions = dimensions
        self.byteCount = dimensions.values.reduce(1_024 + namespace.utf8.count * 6) { count, dimension in
            count + 2 * dimension.name.utf8.count + dimension.value.utf8.count + 16
        }
    }

    /// As many documents as the bounds of the format ask for.
    ///
    /// - Parameter properties: what the documents say beside their metrics, for whoever reads the log.
    package static func lines(
        of metrics: [PendingMetrics.Metric],
        namespace: String,
        millisecondsSinceEpoch: Int64,
        properties: [(name: String, value: String)] = []
    ) -> [ByteBuffer] {
        var closed: [Self] = []
        var open: [MetricDimensions: Self] = [:]
        var order: [MetricDimensions] = []
        for metric in metrics {
            let dimensions = metric.series.dimensions
            if open[dimensions] == nil { order.append(dimensions) }
            var document = open[dimensions] ?? Self(namespace, dimensions)
            if !document.hasRoom(for: metric) {
                closed.append(document)
                document = Self(namespace, dimensions)
            }
            document.add(metric)
            open[dimensions] = document
        }
        return (closed + order.compactMap { open[$0] }).map { $0.line(millisecondsSinceEpoch, properties) }
    }

    private func hasRoom(for metric: PendingMetrics.Metric) -> Bool {
        self.metrics.count < Limits.maximumMetricsInDocument && !self.names.contains(metric.series.name)
            && self.byteCount + Self.byteCount(of: metric) <= Limits.maximumMetricsDocumentBytes
    }

    private mutating func add(_ metric: PendingMetrics.Metric) {
        self.byteCount += Self.byteCount(of: metric)
        self.names.insert(metric.series.name)
        self.metrics.append(metric)
    }

    /// At most: the name stands there twice, each byte of it escaped, and a number has up to 24 characters.
    private static func byteCount(of metric: PendingMetrics.Metric) -> Int {
        12 * metric.series.name.utf8.count + 25 * metric.values.count + 64
    }

    private func line(_ millisecondsSinceEpoch: Int64, _ properties: [(name: String, value: String)]) -> ByteBuffer {
        let definitions = self.metrics.map { metric in
            ["Name": .string(metric.series.name), "Unit": .string(metric.series.unit.rawValue)] as JSONValue
        }
        let directive: JSONValue = [
            "Namespace": .string(self.namespace),
            "Dimensions": [.array(self.dimensions.values.map { .string($0.name) })],
            "Metrics": .array(definitions),
        ]
        var document: JSONObject = [
            Self.metadataName: [
                "Timestamp": .number(JSONNumber(millisecondsSinceEpoch)), "CloudWatchMetrics": [directive],
            ]
        ]
        for property in properties { document[property.name] = .string(property.value) }
        for dimension in self.dimensions.values { document[dimension.name] = .string(dimension.value) }
        for metric in self.metrics { document[metric.series.name] = Self.json(metric.values) }
        var line = document.serialized()
        line.writeInteger(UInt8(ascii: "\n"))
        return line
    }

    private static func json(_ values: [Double]) -> JSONValue {
        values.count == 1 ? self.json(values[0]) : .array(values.map { self.json($0) })
    }

    /// Only finite numbers are recorded.
    private static func json(_ value: Double) -> JSONValue {
        if let integer = Int64(exactly: value) { return .number(JSONNumber(integer)) }
        return JSONNumber(text: value.description).map { .number($0) } ?? .null
    }
}
