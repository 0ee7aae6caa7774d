// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// A variable with a value that cannot be used. The function does not start: a value that is silently another one would be
/// found out by its users.
package struct ConfigurationError: ReportedError, Hashable, CustomStringConvertible {
    package let variable: String
    package let value: String
    /// What it may be.
    package let expected: String

    package init(variable: String, value: String, expected: String) {
        self.variable = variable
        self.value = value
        self.expected = expected
    }

    package var errorType: String { "Adapter.InvalidConfiguration" }
    package var description: String { "\(self.variable) is \"\(self.value)\"; it must be \(self.expected)" }
}
