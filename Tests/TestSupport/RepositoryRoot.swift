// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import Foundation

/// The variables that this test run was started with.
package enum RunEnvironment {
    /// All of them, as a child inherits them.
    package static let all: [String: String] = ProcessInfo.processInfo.environment

    package static subscript(name: String) -> String? {
        self.all[name]
    }
}

/// Where the package's own files lie.
package enum RepositoryRoot {
    package static let url = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A file or folder by its path from the root.
    package static func url(_ path: String) -> URL {
        self.url.appending(path: path)
    }
}
