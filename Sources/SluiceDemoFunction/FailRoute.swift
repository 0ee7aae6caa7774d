// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Sluice

/// `/fail?after=N`: throws after N chunks, long after the head has left.
enum FailRoute {
    struct DemoFailure: Error, CustomStringConvertible {
        let chunks: Int
        var description: String { "failed on purpose after \(self.chunks) chunks" }
    }

    static func answer(_ request: FunctionRequest, _ context: InvocationContext) -> HTTPResult {
        guard let chunks = request.queryNumber("after", in: 0...10_000, or: 3) else {
            return .badRequest("after is how many chunks to send before the failure, from 0 to 10000")
        }
        return .stream(headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]) { writer in
            for number in 0..<chunks {
                try await writer.write("chunk \(number + 1) of \(chunks)\n")
                try await context.clock.sleep(for: .milliseconds(30))
            }
            throw DemoFailure(chunks: chunks)
        }
    }
}
