// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import NIOCore
internal import SluiceWire

/// What comes before the first invocation: the function's own start, and with SnapStart the snapshot between the two
/// halves of it. Confined to its loop.
struct FunctionStart {
    let client: RuntimeClient
    let environment: FunctionEnvironment
    let logger: Logger

    func prepare(
        _ function: LambdaFunction
    ) async throws(RuntimeFailure) -> (LambdaFunction.Handler, FunctionLifecycle.Hooks) {
        let lifecycle = FunctionLifecycle()
        let handler: LambdaFunction.Handler
        let hooks: FunctionLifecycle.Hooks
        do {
            let mode = try function.responseMode ?? ResponseMode(invokeMode: self.environment.invokeMode)
            handler = FunctionRuntime.answering(in: mode, try await function.prepare(lifecycle))
            hooks = lifecycle.close()
            if self.isSnapStart {
                for work in hooks.checkpoint { try await work() }
            }
        } catch {
            // Who cancelled it knows the reason; what a cancelled start throws is none.
            guard !Task.isCancelled else { throw .cancelled }
            let report = ErrorReport(reporting: error)
            try await self.client.postInitError(report)
            throw .initialisationFailed("\(report.errorType): \(report.errorMessage)")
        }
        if self.isSnapStart { try await self.restore(hooks.restore) }
        return (handler, hooks)
    }

    private var isSnapStart: Bool { self.environment.initializationType == "snap-start" }

    /// The reply comes in another environment than the request was sent from.
    private func restore(_ hooks: [FunctionLifecycle.Work]) async throws(RuntimeFailure) {
        let event = try await self.client.ask(.restoreNext(host: self.client.host))
        if case .reply(let reply) = event, reply.status != 200 {
            throw reply.status == 500 ? .containerError : .refusedRestore(status: reply.status)
        }
        // Whatever was open belongs to the environment that the snapshot was taken of.
        self.client.close()
        do {
            for work in hooks { try await work() }
        } catch {
            // The type is Lambda's own; message and trace are the error's.
            var report = ErrorReport(reporting: error)
            report.errorType = "Runtime.AfterRestoreError"
            let body = report.json()
            let host = self.client.host
            _ = try await self.client.ask(
                .restoreError(type: report.headerType, bodyBytes: body.readableBytes, host: host),
                body
            )
            throw .initialisationFailed("after the restore: \(report.errorMessage)")
        }
    }
}
