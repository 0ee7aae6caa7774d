// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes

extension HTTPFields {
    /// These fields, and those of `others` whose names are not among them.
    func filled(from others: HTTPFields) -> HTTPFields {
        var fields = self
        // Not by subscript: the setter of HTTPFields splits cookies with a regular expression, and links its parser.
        fields.append(contentsOf: others.filter { other in !self.contains { $0.name == other.name } })
        return fields
    }
}
