// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// What watching for changes has to say.
package enum WatchNews: Hashable, Sendable {
    /// From now on, this of a function.
    case watchingFunction(String, WatchScope)
    /// From now on, so many files besides, which these paths name. It is said last, and also when there are none.
    case watching(files: Int, paths: [String])
    /// There are more files than are looked at; which ones these are is left to chance.
    case tooManyFiles(limit: Int)
    /// These go on changing, and the rest does not wait for them: the first of them, and how many they are.
    case leftOut(paths: [String], count: Int)
    /// The first of the paths that changed, and how many they are.
    case changed(paths: [String], count: Int)
    case buildStarted(command: [String])
    /// A line that the build printed.
    case buildOutput(String)
    /// Before the first one nothing runs.
    case buildEnded(BuildEnd, after: TimeAmount, isFirst: Bool)
}

/// What is watched of one function.
package enum WatchScope: Hashable, Sendable {
    /// These of the files that its command names.
    case files([String])
    /// Its program has a path, and there is nothing there so far.
    case notThereYet(String)
    /// Nothing: its program is found by `PATH`, and no argument is a file.
    case foundByPATH(String)
}

/// How a build ended.
package enum BuildEnd: Hashable, Sendable {
    case succeeded
    /// With that reason.
    case failed(String)
}
