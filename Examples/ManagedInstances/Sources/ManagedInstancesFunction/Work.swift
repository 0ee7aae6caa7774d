// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice

/// Streams a line a second, beside other invocations of the same process, and says how many there are.
///
/// On Lambda Managed Instances a process serves as many invocations at once as `AWS_LAMBDA_MAX_CONCURRENCY` says, on as
/// many threads as there are processors. On other Lambdas it serves one at a time; nothing here has to know.
public func work() -> HTTPFunction {
    HTTPFunction(
        setUp: { _ in Gauge() },
        { gauge, request, context in
            switch request.path {
            case "/status": .json(gauge.json)
            case "/work": lines(Int(request.queryItem("seconds") ?? "5") ?? 5, gauge, context)
            default: .text("Try /work?seconds=5 and /status\n", status: .notFound)
            }
        }
    )
}

private func lines(_ seconds: Int, _ gauge: Gauge, _ context: InvocationContext) -> HTTPResult {
    .stream(headers: [.contentType: "text/plain; charset=utf-8"]) { writer in
        gauge.begin()
        // Also when the task is cancelled or a write fails: others share this process, and see what is left behind.
        defer { gauge.end() }
        do {
            for second in 0..<max(0, seconds) {
                try await writer.write("second \(second), \(gauge.running) at once\n")
                try await context.clock.sleep(for: .seconds(1))
            }
        } catch is CancellationError {
            // Shortly before the deadline. There is time for a last word, and the stream still ends with an error.
            gauge.cutOff()
            try await writer.write("cut off at the deadline\n", evenIfCancelled: true)
            throw CancellationError()
        }
    }
}
