// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// What watching for changes has to say.
package enum WatchNews: Hashable, Sendable {
    /// From now on: the programs of so many functions, and so many files besides.
    case watching(programs: Int, files: Int)
    /// There are more files than are looked at; which ones these are is left to chance.
    case tooManyFiles(limit: Int)
    /// The first of the paths that changed, and how many they are.
    case changed(paths: [String], count: Int)
    case buildStarted(command: [String])
    /// A line that the build printed.
    case buildOutput(String)
    case buildEnded(BuildEnd, after: TimeAmount)
}

/// How a build ended.
package enum BuildEnd: Hashable, Sendable {
    case succeeded
    /// With that reason; the code that ran before goes on serving.
    case failed(String)
}
