// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice
import SluiceTesting
import Testing

let stuck = HTTPFunction { _, context in
    .serverSentEvents(heartbeat: .seconds(15)) { events in
        try await events.send(data: "begun")
        try await context.clock.sleep(for: .seconds(3600))
    }
}

@Test func endsBeforeItsDeadline() async throws {
    var settings = TestedFunction.Settings()
    settings.timeout = .seconds(20)
    try await withTestedFunction(stuck, settings) { function in
        let response = try await function.invoke(.functionURL()).response()
        #expect(response.chunks.map(\.text) == ["data: begun\n\n", ":\n\n"])
        #expect(response.end.failure?.type == "Function.DeadlineExceeded")
        #expect(response.end.at == .milliseconds(19_900))
    }
}
