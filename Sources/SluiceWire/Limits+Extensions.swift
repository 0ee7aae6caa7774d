// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The bounds of extensions and of the Telemetry API.
extension Limits {
    /// Extensions of one environment, external and internal together. (Lambda Developer Guide, "Extensions API": "up to
    /// 10 extensions".)
    package static let maximumExtensions = 10
    /// As many as the local service takes where that limit is lifted. Ours.
    package static let maximumLiftedExtensions = 100

    /// How long an environment has to end, in milliseconds, with internal extensions only and with external ones, and how
    /// much of the latter its runtime has. (Lambda Developer Guide, "Lambda execution environment lifecycle"; the
    /// runtime's 300 ms are that page's figure.)
    package static let internalExtensionsShutdownMilliseconds = 500
    package static let externalExtensionsShutdownMilliseconds = 2_000
    package static let runtimeShutdownMilliseconds = 300

    /// The largest body of a call that registers or subscribes, in bytes. Ours: both are a few hundred bytes.
    package static let maximumExtensionRequestBytes = 64 * 1024

    // MARK: Telemetry API (Lambda Developer Guide, "Telemetry API reference")

    /// How many events, how many bytes, and for how long, in milliseconds, a subscriber may have gathered for it.
    package static let telemetryItems = 1_000...10_000
    package static let telemetryBytes = 262_144...1_048_576
    package static let telemetryTimeoutMilliseconds = 25...30_000
    package static let defaultTelemetryItems = 1_000
    package static let defaultTelemetryBytes = 262_144
    package static let defaultTelemetryTimeoutMilliseconds = 1_000

    /// What waits for a subscriber that does not keep up, in bytes; what comes then is dropped, and it is told.
    /// Ours: four of the largest batches.
    package static let maximumWaitingTelemetryBytes = 4 * 1_048_576
    /// What is kept of an environment for those who have not subscribed yet, in bytes. Ours.
    package static let maximumEarlyTelemetryBytes = 1_048_576
    /// A delivery that failed is tried again after so many milliseconds, and so often. Ours.
    package static let telemetryRetryMilliseconds = 100
    package static let telemetryAttempts = 5
}
