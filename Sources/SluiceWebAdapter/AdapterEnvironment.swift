// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// The variables of this process.
package enum AdapterEnvironment {
    package static func value(_ name: String) -> String? { Platform.environmentValue(name) }

    /// All that may say something to the adapter.
    package static func variables() -> [String: String] { Platform.environmentValues() }
}
