// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The page of the token stream, in Chromium.
@Suite(.timeLimit(.minutes(15))) struct TokenStreamPageTests {
    private struct Shown: Decodable {
        let state: String
        let tokens: Int
        let connections: Int
        let text: String
    }

    /// What the page shows once the condition holds; each change of the page is looked at.
    private func shown(_ page: BrowserPage, when condition: String) async throws -> Shown {
        let answer = try await page.evaluate(
            """
            new Promise((resolve) => {
                const text = (id) => document.getElementById(id).textContent;
                const look = () => {
                    const state = text("state"), tokens = Number(text("tokens"));
                    if (\(condition)) {
                        resolve({ state, tokens, connections: Number(text("connections")), text: text("out") });
                    }
                };
                new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
                look();
            })
            """
        )
        return try JSONDecoder().decode(Shown.self, from: Data(answer.utf8))
    }

    private func click(_ id: String, on page: BrowserPage) async throws {
        _ = try await page.evaluate("document.getElementById('\(id)').click()")
    }

    @Test(.requires(.chromium, .python3))
    func theTextHasNoSeamWhereTheConnectionBroke() async throws {
        try await withExample("TokenStream") { _, url in
            try await withBrowserPage(url) { page in
                try await self.click("ask", on: page)
                // If anything had gathered the tokens, the first would be seen together with the last.
                #expect(try await self.shown(page, when: "tokens >= 5").state == "streaming")
                let whole = try await self.shown(page, when: #"state === "complete""#)
                #expect(whole.connections == 1)
                #expect(whole.text.hasPrefix("You asked: “How do you stream?”\n\nI am not a model"))
                #expect(whole.text.hasSuffix("press Stop."))

                try await self.click("break", on: page)
                try await self.click("ask", on: page)
                let again = try await self.shown(page, when: #"state === "complete""#)
                #expect(again.connections == 2)
                #expect(again.text == whole.text)
                #expect(again.tokens == whole.tokens)
            }
        }
    }

    @Test(.requires(.chromium, .python3))
    func anAnswerLongerThanTheTimeOutComesWhole() async throws {
        try await withExample("TokenStream", timeoutSeconds: 2) { _, url in
            try await withBrowserPage(url) { page in
                try await self.click("ask", on: page)
                let whole = try await self.shown(page, when: #"state === "complete""#)
                #expect(whole.connections > 1)
                #expect(whole.text.hasSuffix("press Stop."))
            }
        }
    }

    @Test(.requires(.chromium, .python3))
    func stopEndsItForGood() async throws {
        try await withExample("TokenStream") { sluice, url in
            try await withBrowserPage(url) { page in
                try await self.click("ask", on: page)
                _ = try await self.shown(page, when: "tokens >= 5")
                try await self.click("stop", on: page)
                // The local Lambda sees the connection close; on the page, nothing comes any more.
                try await sluice.logLine { $0.contains("caller left") }
                let stopped = try await self.shown(page, when: "true")
                #expect(stopped.state == "stopped")
                #expect(stopped.tokens < 100)
            }
        }
    }
}
