// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// A metric with its dimensions: what CloudWatch keeps apart from others.
package struct MetricSeries: Hashable, Sendable {
    /// What becomes of the values between two documents.
    package enum Kind: Hashable, Sendable {
        /// They are added up.
        case sum
        /// The last one counts.
        case last
        /// All are sent.
        case all
    }

    package let name: String
    package private(set) var unit: MetricUnit
    package let kind: Kind
    package let dimensions: MetricDimensions

    /// - Throws: what CloudWatch would not take.
    package init(
        _ name: String,
        _ unit: MetricUnit,
        _ kind: Kind,
        _ dimensions: MetricDimensions
    ) throws(MetricProblem) {
        guard (1...Limits.maximumMetricNameCharacters).contains(name.count) else {
            throw MetricProblem("its name must have 1 to \(Limits.maximumMetricNameCharacters) characters")
        }
        guard name != EMFDocument.metadataName, !dimensions.values.contains(where: { $0.name == name }) else {
            throw MetricProblem("its name is taken by a dimension, or by the format: one document has both as members")
        }
        self.name = name
        self.unit = unit
        self.kind = kind
        self.dimensions = dimensions
    }

    /// The same in another unit, which CloudWatch keeps apart, too.
    func measured(in unit: MetricUnit) -> Self {
        var series = self
        series.unit = unit
        return series
    }
}

/// The units of CloudWatch that are used here.
package enum MetricUnit: String, Sendable {
    case none = "None"
    case count = "Count"
    case bytes = "Bytes"
    case microseconds = "Microseconds"
    case milliseconds = "Milliseconds"
    case seconds = "Seconds"
}

/// Names and values, in the order of the names.
package struct MetricDimensions: Hashable, Sendable {
    package struct Dimension: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    package let values: [Dimension]

    static let none = Self()

    private init() { self.values = [] }

    /// - Parameter general: those of every metric, of which the metric's own take precedence.
    package init(_ own: [(String, String)], beside general: Self? = nil) throws(MetricProblem) {
        var all: [String: String] = [:]
        for dimension in general?.values ?? [] { all[dimension.name] = dimension.value }
        for (name, value) in own { all[name] = value }
        guard all.count <= Limits.maximumMetricDimensions else {
            throw MetricProblem(
                "it has \(all.count) dimensions, and CloudWatch takes \(Limits.maximumMetricDimensions)"
            )
        }
        for (name, value) in all where !Self.isValid(name, value) {
            throw MetricProblem(
                """
                the dimension "\(name)" must have a name and a value of printable ASCII, of at most                 \(Limits.maximumMetricNameCharacters) and \(Limits.maximumDimensionValueCharacters) characters, and no                 colon at its beginning
                """
            )
        }
        self.values = all.sorted { $0.key < $1.key }.map { Dimension(name: $0.key, value: $0.value) }
    }

    private static func isValid(_ name: String, _ value: String) -> Bool {
        self.isText(name, Limits.maximumMetricNameCharacters) && !name.hasPrefix(":")
            && name != EMFDocument.metadataName && self.isText(value, Limits.maximumDimensionValueCharacters)
    }

    /// Printable ASCII that is not blank, as the API asks for.
    private static func isText(_ text: String, _ maximumCharacters: Int) -> Bool {
        let bytes = text.utf8
        return bytes.count <= maximumCharacters && bytes.contains { $0 != 0x20 }
            && bytes.allSatisfy { (0x20...0x7E).contains($0) }
    }
}

/// Why CloudWatch would not take a metric.
package struct MetricProblem: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
