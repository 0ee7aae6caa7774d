// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What bounds the watch for new code while the service runs.
extension Limits {
    /// How many environments with old code may finish their invocations without counting against the concurrency of
    /// their function.
    package static let maximumRetiringEnvironments = 100
    /// How often what is watched is looked at, in milliseconds. What has changed must look the same twice.
    package static let watchIntervalMilliseconds = 250
    /// After so many looks in a row, what still changes is left out, so that the rest does not wait for a log; it counts
    /// again when it has looked the same as often. Two seconds: a linker is done by then, as a rule.
    package static let restlessWatchPolls = 8
    /// How many files that go on changing the log tells of, over all of a run.
    package static let maximumRestlessFilesTold = 20
    /// How many files are watched at most, and how many folders deep.
    package static let maximumWatchedFiles = 20_000
    package static let maximumWatchedDepth = 32
    /// How many changed files the log names at once.
    package static let maximumChangesShown = 3
    /// When a build has ended, what it started may still hold its output; this long is waited for that, in milliseconds.
    package static let lastBuildOutputMilliseconds = 500
}
