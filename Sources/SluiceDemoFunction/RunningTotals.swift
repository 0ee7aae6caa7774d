// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The sums of the columns of a table, as far as it was read.
struct RunningTotals {
    private let names: [String]
    private var totals: [Double?]

    init(names: [String]) {
        self.names = names
        self.totals = names.map { _ in nil }
    }

    /// The record and the totals up to it as one line of JSON, or what is wrong with it. A faulty record adds nothing.
    mutating func add(_ record: CSVReader.Record) -> String {
        guard record.fields.count == self.names.count else {
            let message = "\(record.fields.count) fields, but the first line names \(self.names.count)"
            return #"{"row":\#(record.line),"error":\#(JSONText.string(message))}"# + "\n"
        }
        var members: [String] = []
        for (column, (name, field)) in zip(self.names, record.fields).enumerated() {
            if let number = Double(field), number.isFinite {
                self.totals[column] = (self.totals[column] ?? 0) + number
            }
            members.append(JSONText.string(name) + ":" + JSONText.string(field))
        }
        let sums = zip(self.names, self.totals).compactMap { name, total in
            total.map { JSONText.string(name) + ":" + JSONText.number($0) }
        }
        return #"{"row":\#(record.line),"record":{\#(members.joined(separator: ","))},"#
            + #""totals":{\#(sums.joined(separator: ","))}}"# + "\n"
    }
}
