// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What Chromium's `EventSource` makes of the events of a function.
@Suite struct EventSourceTests {
    private static let page = """
        <!doctype html><title>events</title><script>
        const port = new URLSearchParams(location.search).get("stream");
        const source = new EventSource(`http://127.0.0.1:${port}/events`);
        const show = (event) => console.log(
            encodeURI(JSON.stringify([event.type, event.data, event.lastEventId]))
        );
        source.addEventListener("tick", show);
        source.onmessage = show;
        source.onerror = () => { if (source.readyState == EventSource.CLOSED) console.log("closed"); };
        </script>
        """

    /// Types, ids, data with line breaks; then it connects again at once, as it was told, and goes on behind the last id.
    @Test(.requires(.chromium))
    func getsEachEventAndGoesOnWhereTheStreamEnded() async throws {
        try await withPageServer { _ in
            PageServer.Reply(Self.page)
        } _: { pages in
            try await Forms.with { sluice, _ in
                let url = "http://127.0.0.1:\(pages.port)/?stream=\(try sluice.urlPort())"
                try await withChromium(url) { browser in
                    for expected in [
                        #"["tick","one\n two\nthree\n","1"]"#, #"["message","","2 é"]"#, #"["message","after 2","3"]"#,
                    ] {
                        let message = try await browser.consoleMessage()
                        #expect(message.removingPercentEncoding == expected)
                    }
                    let last = try await browser.consoleMessage()
                    #expect(last == "closed")
                }
            }
        }
    }
}
