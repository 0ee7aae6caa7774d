// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The bounds of what bodies are made of.
extension Limits {
    /// A stream of events that is silent for this long gets a comment, in milliseconds.
    /// (HTML standard, 9.2.7: "authors can include a comment line … every 15 seconds or so".)
    package static let heartbeatMilliseconds = 15_000
    /// The shortest and the longest pause between two heartbeats, in milliseconds: a shorter one would keep the loop
    /// busy, and nothing on Lambda lasts as long as the longest.
    package static let minimumHeartbeatMilliseconds = 10
    package static let maximumHeartbeatMilliseconds = 86_400_000

    /// How much of a file is read, and held, at once, in bytes: as much as leaves together.
    package static let fileReadBytes = 64 * 1024
    /// Threads that read files: reading a local file takes microseconds, and most functions answer one request at a time.
    package static let fileThreads = 1

    /// The longest list of entity tags in a condition that is looked at, in bytes; of a longer one no tag matches.
    package static let maximumConditionBytes = 8 * 1024
}
