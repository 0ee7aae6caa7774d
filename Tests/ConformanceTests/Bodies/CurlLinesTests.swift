// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

@Suite struct CurlLinesTests {
    @Test(.requires(.curl))
    func getsLinesOfJSON() async throws {
        try await Forms.with { sluice, _ in
            let reply = try await curl(try sluice.url() + "lines")
            #expect(reply["content-type"] == ["application/x-ndjson"])
            #expect(reply.text == "{\"number\":0}\n{\"number\":1}\n{\"number\":2}\n")
        }
    }
}
