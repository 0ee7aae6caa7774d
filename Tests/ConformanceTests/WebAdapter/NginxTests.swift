// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// nginx's own files. What it passes on of another server is tested as the other frameworks are.
@Suite(.timeLimit(.minutes(5)), .requires(.nginx, .node)) struct NginxTests {
    @Test(arguments: ["RESPONSE_STREAM", "BUFFERED"]) func servesItsFiles(mode: String) async throws {
        let nginx = try #require(FrameworkTests.all.first { $0.name == "nginx" })
        try await FrameworkTests.withFramework(nginx, mode: mode) { _, url in
            let page = try await curl(url + "index.html")
            #expect(page.status == 200 && page.text.hasSuffix("<p>hello from nginx\n"), "\(page)")
            #expect(try await curl(url + "nothing").status == 404)
            #expect(try await curl(url + "index.html", ["-I"]).status == 200)
            let unchanged = try await curl(url, ["-H", "If-None-Match: \(page["etag"].first ?? "")"])
            #expect(unchanged.status == 304 && unchanged.body.isEmpty)
        }
    }
}
