// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What this process was started with.
package enum AdapterEnvironment {
    package static func value(_ name: String) -> String? { Platform.environmentValue(name) }

    /// All that may say something to the adapter.
    package static func variables() -> [String: String] { Platform.environmentValues() }

    /// Whether two paths lead to one file; `false` where one leads nowhere.
    package static func isSameFile(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}
