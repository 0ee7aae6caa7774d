// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice

/// Greets word by word.
public let hello = HTTPFunction { request, context in
    guard let name = request.queryItem("name"), !name.isEmpty else {
        return .text("Whom shall I greet? Add ?name=you to the address.\n", status: .badRequest)
    }
    context.logger.info("greeting", metadata: ["letters": "\(name.count)"])
    return .stream(headers: [.contentType: "text/plain; charset=utf-8"]) { writer in
        for word in ["Hello,", "\(name)!", "Each", "word", "is", "a", "chunk."] {
            try await writer.write("\(word)\n")  // waits while the reader is behind
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }
}
