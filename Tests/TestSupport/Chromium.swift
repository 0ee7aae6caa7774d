// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Foundation

/// A headless Chromium that has one page open.
package struct Chromium: Sendable {
    private let process: ChildProcess

    fileprivate init(process: ChildProcess) {
        self.process = process
    }

    /// The next message of the page's console that fulfils the condition; those before it are passed over.
    package func consoleMessage(
        within limit: Duration = TestDeadline.standard,
        where condition: @escaping @Sendable (String) -> Bool = { _ in true }
    ) async throws -> String {
        let line = try await self.process.line(on: .standardError, within: limit) { line in
            Self.message(of: line).map(condition) ?? false
        }
        return Self.message(of: line) ?? line
    }

    /// Everything that Chromium has said so far, for a failure's text.
    package var log: String {
        String(decoding: self.process.printed(on: .standardError), as: UTF8.self)
    }

    /// `[1:2:3/4:INFO:CONSOLE:5] "the message", source: http://… (5)`
    private static func message(of line: String) -> String? {
        guard let opening = line.range(of: "CONSOLE"),
            let start = line.range(of: "] \"", range: opening.upperBound..<line.endIndex),
            let end = line.range(of: "\", source: ", options: .backwards, range: start.upperBound..<line.endIndex)
        else { return nil }
        return String(line[start.upperBound..<end.lowerBound])
    }
}

/// Opens a page in a headless Chromium for as long as the closure runs; then the browser, its helpers and its profile
/// are gone.
///
/// A test that needs it carries the trait `.requires(.chromium)`.
package func withChromium<Result>(
    _ url: String,
    _ body: (Chromium) async throws -> Result
) async throws -> Result {
    let profile = FileManager.default.temporaryDirectory.appending(path: "sluice-chromium-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: profile, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: profile) }
    let arguments = [
        "--headless", "--disable-gpu", "--disable-dev-shm-usage",
        // Chromium refuses to be root with its sandbox, and in a container the tests often are.
        "--no-sandbox",
        "--user-data-dir=\(profile.path)", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad",
        // A page that nobody looks at would have its timers slowed down.
        "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
        "--enable-logging=stderr", "--v=0",
        // Without a port it might end as soon as the page has loaded.
        "--remote-debugging-port=0",
        url,
    ]
    let environment = RunEnvironment.all.merging(["HOME": profile.path, "TMPDIR": profile.path]) { $1 }
    return try await withChildProcess(Tools.path(of: .chromium), arguments, environment: environment) { process in
        try await body(Chromium(process: process))
    }
}
