// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import Foundation

/// Finds the executables that were built together with the tests: they lie beside the test bundle.
package enum BuiltProducts {
    /// The executable of that name.
    ///
    /// - Throws: `MissingProduct`, which names the places that were searched.
    package static func url(of name: String) throws(MissingProduct) -> URL {
        for folder in self.folders {
            let candidate = folder.appending(path: name)
            if FileManager.default.isExecutableFile(atPath: candidate.path) {
                return candidate
            }
        }
        throw MissingProduct(name: name, searched: self.folders.map(\.path))
    }

    /// On Linux the tests are one executable, `<package>PackageTests.xctest`; on macOS a helper loads the bundle,
    /// whose path is an argument.
    private static let folders: [URL] = {
        var places = [CommandLine.arguments.first ?? ""] + CommandLine.arguments.filter { $0.contains(".xctest") }
        if let running = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            places.insert(running, at: 0)
        }
        return places.compactMap { place in
            let components = URL(filePath: place).standardizedFileURL.pathComponents
            guard let bundle = components.firstIndex(where: { $0.hasSuffix(".xctest") }) else { return nil }
            return URL(filePath: "/" + components[1..<bundle].joined(separator: "/"))
        }
    }()
}

/// An executable that should lie beside the tests does not.
package struct MissingProduct: Error, CustomStringConvertible {
    package let name: String
    package let searched: [String]

    package var description: String {
        "no executable '\(self.name)' beside the tests in \(self.searched): let the test target depend on its target, "
            + "and build with 'swift build --build-tests'"
    }
}
