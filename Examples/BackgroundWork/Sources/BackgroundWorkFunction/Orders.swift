// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice

/// Takes an order, answers at once, and sends the confirmation when the caller has gone.
///
/// - Parameter send: What takes long and may fail: a mail, a webhook, an index.
public func orders(
    send: @escaping @Sendable (_ confirmation: String, _ context: InvocationContext) async throws -> Void = pretend
) -> HTTPFunction {
    HTTPFunction(
        setUp: { lifecycle in
            let journal = Journal()
            lifecycle.onShutdown { await journal.close() }
            return journal
        },
        { journal, request, context in
            guard request.method == .post, request.body.readableBytes > 0 else {
                return .text("POST an order, such as: two cups of tea\n", status: .badRequest)
            }
            let order = String(buffer: request.body)
            return HTTPResult.text("Order \(context.requestID) is taken.\n", status: .accepted)
                .afterResponse { context in
                    try await retrying(context) { try await send("Thank you for: \(order)", context) }
                    await journal.note(context.requestID)
                }
        }
    )
}

/// Tries again until the time of the invocation is nearly up; then the last error is logged.
private func retrying(_ context: InvocationContext, _ work: () async throws -> Void) async throws {
    var pause = Duration.milliseconds(500)
    while true {
        do {
            return try await work()
        } catch {
            guard context.remainingTime > pause + .seconds(1) else { throw error }
            context.logger.warning("trying again", metadata: ["after": "\(pause)", "error": "\(error)"])
        }
        try await context.clock.sleep(for: pause)
        pause *= 2
    }
}

/// Stands where a mail server would be asked.
@Sendable public func pretend(_ confirmation: String, _ context: InvocationContext) async throws {
    try await context.clock.sleep(for: .seconds(1))
    context.logger.info("sent", metadata: ["text": "\(confirmation)"])
}
