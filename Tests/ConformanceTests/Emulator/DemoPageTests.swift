// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The example function, as its user meets it: `sluice demo`, and its page in a browser.
@Suite struct DemoPageTests {
    private func withDemoPage(_ body: (BrowserPage) async throws -> Void) async throws {
        try await withChildProcess(BuiltProducts.url(of: "sluice").path, ["demo", "--port", "0"]) { sluice in
            let url = try await sluice.line(on: .standardError) { $0.hasPrefix("    http://") }.drop { $0 == " " }
            try await withBrowserPage(String(url), body)
            try await expectOrderlyStop(sluice)
        }
    }

    /// A promise of what the page shows, once the condition holds; each change of the page is looked at.
    private func shown(when condition: String) -> String {
        """
        new Promise((resolve) => {
            const text = (id) => document.getElementById(id).textContent;
            const look = () => {
                const words = text("out").split(" ").filter((word) => word);
                const state = text("state");
                if (\(condition)) {
                    resolve({ words, state, text: text("out"), chunks: text("chunks"), title: text("title") });
                }
            };
            new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
            look();
        })
        """
    }

    private struct Shown: Decodable {
        var words: [String]
        var state: String
        var text: String
        var chunks: String
        var title: String
    }

    private func shown(_ page: BrowserPage, when condition: String) async throws -> Shown {
        let answer = try await page.evaluate(self.shown(when: condition))
        return try JSONDecoder().decode(Shown.self, from: Data(answer.utf8))
    }

    @Test(.requires(.chromium, .python3))
    func theDemoPageShowsWordsWhileTheyAreStreamed() async throws {
        try await self.withDemoPage { page in
            let shown = try await self.shown(page, when: "words.length >= 40")
            // If anything had gathered the text, its end would be seen together with its beginning.
            #expect(shown.state == "streaming")
            #expect(!shown.text.contains("a very deep well."))
            #expect(shown.text.hasPrefix("Alice was beginning to get very tired of sitting by her sister on the bank,"))
            #expect(shown.title == "GET /tokens?gap=40")
            try await self.picture(of: page)

            let end = try await self.shown(page, when: #"state !== "streaming""#)
            #expect(end.state == "complete")
            #expect(end.text.contains("a very deep well."))
            #expect(end.text.hasSuffix("each an event of its own."))
        }
    }

    @Test(.requires(.chromium, .python3))
    func theDemoPagesButtonsShowTheOtherRoutes() async throws {
        try await self.withDemoPage { page in
            let endings = [
                ("fail", "broken off", "The stream broke off: network error"),
                ("download", "complete", "They are the same."),
                ("rows", "complete", "\n"),
            ]
            for (button, state, ending) in endings {
                _ = try await page.evaluate("document.querySelector('[data-run=\(button)]').click()")
                let shown = try await self.shown(page, when: #"state !== "streaming" && state !== "waiting""#)
                #expect(shown.state == state, "\(button): \(shown)")
                #expect(shown.text.hasSuffix(ending), "\(button): \(shown)")
            }
        }
    }

    /// Kept where `SLUICE_PICTURES` says; otherwise only shown to be one.
    private func picture(of page: BrowserPage) async throws {
        let kept = RunEnvironment["SLUICE_PICTURES"].map { URL(filePath: $0).appending(path: "demo-page.png") }
        let file = kept ?? FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).png")
        defer { if kept == nil { try? FileManager.default.removeItem(at: file) } }
        try await page.screenshot(to: file.path)
        #expect(try Data(contentsOf: file).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }
}
