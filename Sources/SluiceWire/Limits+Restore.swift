// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The bounds of environments that start from a snapshot.
extension Limits {
    /// How long an initialisation may take before a snapshot, in milliseconds, unless the function's time-out is longer.
    /// (Lambda Developer Guide, "Lambda execution environment lifecycle": 130 seconds or the time-out.)
    package static let snapshotInitMilliseconds = 130_000
    /// How long a runtime may take over its hooks after the restore, in milliseconds. (Lambda Developer Guide, "Runtime
    /// hooks for Lambda SnapStart": 10 seconds.)
    package static let restoreMilliseconds = 10_000
    /// When what an environment is given for AWS has to be asked for again, in milliseconds. Ours: six hours.
    package static let credentialsMilliseconds = 6 * 3_600_000
}
