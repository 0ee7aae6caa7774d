// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Sluice

/// `/tokens?gap=MS&words=N`: a text word by word as server-sent events, the way a language model answers.
enum TokensRoute {
    static func answer(_ request: FunctionRequest, _ context: InvocationContext) -> HTTPResult {
        guard let gap = request.queryNumber("gap", in: 0...10_000, or: 30) else {
            return .badRequest("gap is the pause between words in milliseconds, from 0 to 10000")
        }
        guard let limit = request.queryNumber("words", in: 0...1_000_000, or: 1_000_000) else {
            return .badRequest("words is how many words to send, from 0 to 1000000")
        }
        let headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"]
        return .stream(headers: headers) { writer in
            var count = 0
            for word in DemoText.words.prefix(limit) {
                if count > 0, gap > 0 { try await context.clock.sleep(for: .milliseconds(gap)) }
                count += 1
                try await writer.write("id: \(count)\ndata: \(word)\n\n")
            }
            try await writer.write("event: end\ndata: \(count) words\n\n")
        }
    }
}
