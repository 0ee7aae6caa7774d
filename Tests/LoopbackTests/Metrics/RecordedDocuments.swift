// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceMetrics
import TestSupport
import Testing

/// The lines that a factory wrote, read by a JSON reader that is not ours.
final class RecordedDocuments: Sendable {
    private let lines = Watched<[String]>([])

    var output: MetricsOutput {
        MetricsOutput(
            millisecondsSinceEpoch: { 1_732_521_600_000 },
            write: { [lines] line in lines.update { $0.append(String(buffer: line)) } }
        )
    }

    var count: Int { self.lines.current.count }
    var text: [String] { self.lines.current }

    func all() throws -> [RecordedDocument] {
        try self.lines.current.map { line in
            #expect(line.hasSuffix("}\n") && line.dropLast().allSatisfy { !$0.isNewline })
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return RecordedDocument(members: try #require(object as? [String: Any]))
        }
    }
}

struct RecordedDocument {
    let members: [String: Any]

    var directive: [String: Any] {
        ((self.members["_aws"] as? [String: Any])?["CloudWatchMetrics"] as? [[String: Any]])?.first ?? [:]
    }
    var namespace: String? { self.directive["Namespace"] as? String }
    var dimensions: [[String]] { self.directive["Dimensions"] as? [[String]] ?? [] }
    /// Names and units.
    var metrics: [String: String] {
        let definitions = self.directive["Metrics"] as? [[String: String]] ?? []
        return Dictionary(definitions.map { ($0["Name"] ?? "", $0["Unit"] ?? "") }) { "\($0) and \($1)" }
    }

    func values(_ name: String) -> [Double] {
        if let value = self.members[name] as? Double { return [value] }
        return self.members[name] as? [Double] ?? []
    }
}
