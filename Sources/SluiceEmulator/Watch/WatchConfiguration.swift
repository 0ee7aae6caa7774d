// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// What is watched for changes, and what is built when something has changed.
package struct WatchConfiguration: Sendable {
    /// The functions whose programs are watched.
    package var functions: [FunctionConfiguration]
    /// Files and folders beside them, with whatever is in these.
    package var paths: [String]
    /// The program that builds, and its arguments; it is run directly, without a shell. Empty for none.
    package var buildCommand: [String]
    /// Where relative paths begin and the build runs.
    package var workingDirectory: String
    package var interval: TimeAmount = .milliseconds(Int64(Limits.watchIntervalMilliseconds))

    package init(
        functions: [FunctionConfiguration],
        paths: [String] = [],
        buildCommand: [String] = [],
        workingDirectory: String
    ) {
        self.functions = functions
        self.paths = paths
        self.buildCommand = buildCommand
        self.workingDirectory = workingDirectory
    }
}
