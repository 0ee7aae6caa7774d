// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// A page in Chromium of which a test asks questions.
struct BrowserPage: Sendable {
    private let process: ChildProcess

    fileprivate init(process: ChildProcess) {
        self.process = process
    }

    /// Awaits the promise that the expression is, and returns the JSON of its value.
    func evaluate(_ expression: String) async throws -> String {
        try await self.process.write(try json(["evaluate": expression]) + "\n")
        return try await self.process.line(within: .seconds(60))
    }

    func screenshot(to path: String) async throws {
        try await self.process.write(try json(["screenshot": path]) + "\n")
        _ = try await self.process.line(within: .seconds(60))
    }
}

/// Opens a page in a headless Chromium for as long as the closure runs.
///
/// A test that needs it carries the trait `.requires(.chromium, .python3)`.
func withBrowserPage<Result>(_ url: String, _ body: (BrowserPage) async throws -> Result) async throws -> Result {
    let profile = FileManager.default.temporaryDirectory.appending(path: "sluice-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: profile, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: profile) }
    let arguments = [Fixture.browser.path, try Tools.path(of: .chromium), url, profile.path]
    return try await withChildProcess(try await Python.interpreter(), arguments) { process in
        try await body(BrowserPage(process: process))
    }
}
