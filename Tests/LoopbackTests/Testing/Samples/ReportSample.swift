// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice
import SluiceTesting
import Testing

let report = HTTPFunction { _, _ in
    .stream { writer in
        for line in 1...1000 { try await writer.write("\(line)\n") }
    }
}

@Test func nobodyTakesHalfAReportForAWholeOne() async throws {
    try await withTestedFunction(report) { function in
        let call = try await function.invoke(.functionURL(), fault: .connectionLost(afterBytes: 500))
        #expect(try await call.end().failure?.type == "Runtime.TruncatedResponse")
    }
}
