// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice

/// A page, and the tokens that it shows while they come.
public let tokenStream = HTTPFunction { request, context in
    switch request.path {
    case "/": .bytes(ByteBuffer(bytes: PackageResources.page_html), contentType: "text/html; charset=utf-8")
    case "/tokens": tokens(request, context)
    default: .text("There is no such page.\n", status: .notFound)
    }
}

/// An event for each token. Its id says how many there were, so a browser that lost the connection goes on behind the
/// last one that it has; at a deadline it does so, too, and the answer may take longer than an invocation.
private func tokens(_ request: FunctionRequest, _ context: InvocationContext) -> HTTPResult {
    let model = Model(prompt: request.queryItem("prompt") ?? "")
    let seen = request.lastEventID.flatMap { Int($0) } ?? 0
    guard (0..<model.tokens.count).contains(seen) else {
        return HTTPResult(status: .noContent)  // all that makes an EventSource stop
    }
    let breakingPoint = seen == 0 ? request.queryItem("break").flatMap { Int($0) } : nil

    return .serverSentEvents(heartbeat: .seconds(10)) { events in
        try await events.send(data: "\(model.tokens.count)", event: "begin", retry: .milliseconds(300))
        if seen == 0 {
            // Nothing is sent meanwhile but the heartbeat.
            try await context.clock.sleep(for: model.thinkingTime)
        }
        for (index, token) in model.tokens.enumerated().dropFirst(seen) {
            if index == breakingPoint { throw BrokenOff() }
            try await events.send(data: token, id: "\(index + 1)")
            try await context.clock.sleep(for: .milliseconds(35))
        }
        try await events.send(data: "", event: "done")
    }
}

/// What a lost connection looks like, for whoever asks for it.
struct BrokenOff: Error, CustomStringConvertible {
    let description = "the caller asked for a stream that breaks off"
}
