// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Logging
package import NIOCore
internal import SluiceWire

/// A function and the Runtime API that it serves: starts up, and then has workers serve invocations. Holds no state of
/// the process, so that several can run in one.
package struct FunctionRuntime: Sendable {
    let function: LambdaFunction
    let connector: any RuntimeConnector
    private let environment: FunctionEnvironment
    private let onTrace: (@Sendable (String?) -> Void)?
    let onTermination: @Sendable (any EventLoop) async -> Void
    private let first = FirstInvocation()

    /// - Parameters:
    ///   - onTrace: told of the trace of each invocation before its handler runs.
    ///   - onTermination: returns when the process is to end; asked only when the function wants to know.
    package init(
        _ function: LambdaFunction,
        connector: any RuntimeConnector,
        environment: FunctionEnvironment = FunctionEnvironment(),
        onTrace: (@Sendable (String?) -> Void)? = nil,
        onTermination: @escaping @Sendable (any EventLoop) async -> Void = { loop in
            _ = await OneShot<Void>(loop: loop).wait()
        }
    ) {
        self.function = function
        self.connector = connector
        self.environment = environment
        self.onTrace = onTrace
        self.onTermination = onTermination
    }

    /// Runs until the service fails, the process is to end, or the task is cancelled; it never just ends. From any
    /// executor.
    ///
    /// - Parameters:
    ///   - others: loops for further workers, on Lambda Managed Instances.
    ///   - afterFirstRequest: called on `loop` before any handler runs, and not before something was asked of the
    ///     service.
    package func run(
        on loop: any EventLoop,
        others: [any EventLoop] = [],
        afterFirstRequest: @escaping @Sendable () -> Void = {}
    ) async -> RuntimeFailure {
        await withTaskExecutorPreference(LoopExecutor(loop)) {
            guard let company = self.function.company else {
                return await self.serve([loop] + others, nil, afterFirstRequest)
            }
            return await self.run([loop] + others, in: company)
        }
    }

    /// On the first of the loops.
    func serve(
        _ loops: [any EventLoop],
        _ membership: CompanyMembership?,
        _ afterFirstRequest: (() -> Void)? = nil
    ) async -> RuntimeFailure {
        let client = RuntimeClient(self.connector, loop: loops[0], logger: self.function.logger)
        client.afterFirstRequest = afterFirstRequest
        defer { client.close() }
        do throws(RuntimeFailure) {
            // Before its own start: Lambda starts the runtime when all extensions have registered, and this one may wait for
            // it.
            var external: String?
            if let name = self.function.externalExtensionName {
                external = await ShutdownExtension.register(client, as: name, self.function.logger)
            }
            let start = FunctionStart(client: client, environment: self.environment, logger: self.function.logger)
            let (handler, hooks) = try await start.prepare(self.function)
            if let membership, !membership.mayServe() { return .cancelled }
            let isAlone = self.environment.maximumConcurrency == 1 && membership == nil && external == nil
            guard !isAlone || !hooks.shutdown.isEmpty else {
                return await self.worker(client, handler).run()
            }
            // Most of their clients are others than the one that the function started with.
            client.firstRequestWasSent()
            return await self.runWorkers(client, handler, hooks, loops, membership, external)
        } catch {
            return error
        }
    }

    private func worker(_ client: RuntimeClient, _ handler: @escaping LambdaFunction.Handler) -> InvocationWorker {
        InvocationWorker(
            client: client,
            handler: handler,
            environment: self.environment,
            deadlineMargin: self.function.deadlineMargin,
            logger: self.function.logger,
            onTrace: self.onTrace,
            mayGoOn: self.function.mayGoOn,
            invocationEnded: self.function.invocationEnded,
            observers: InvocationObservers(self.function, self.environment, self.first)
        )
    }

    /// As many workers as invocations may come at once, and what waits for the end. The first that ends, ends all.
    private func runWorkers(
        _ client: RuntimeClient,
        _ handler: @escaping LambdaFunction.Handler,
        _ hooks: FunctionLifecycle.Hooks,
        _ loops: [any EventLoop],
        _ membership: CompanyMembership?,
        _ external: String?
    ) async -> RuntimeFailure {
        let hasWorkForItsEnd = !hooks.shutdown.isEmpty || membership != nil
        var identifier = external
        if identifier == nil, hasWorkForItsEnd {
            identifier = await ShutdownExtension.register(client, self.function.logger)
        }
        let loop = client.loop
        // The first worker goes on with the connection that there is; the others have connections of their own.
        let first = NIOLoopBound(client, eventLoop: loop)
        return await withTaskGroup(of: RuntimeFailure?.self) { group in
            group.addTask { await self.work(on: loop, first, handler) }
            for number in 1..<max(1, self.environment.maximumConcurrency) {
                group.addTask { await self.work(on: loops[number % loops.count], nil, handler) }
            }
            if let identifier {
                group.addTask { await ShutdownExtension.hold(identifier, self.connector, loop, self.function.logger) }
            }
            if hasWorkForItsEnd {
                group.addTask {
                    if let membership { await membership.onShutdown() } else { await self.onTermination(loop) }
                    guard !Task.isCancelled else { return nil }
                    await self.shutDown(hooks)
                    return .terminated
                }
            }
            for await failure in group {
                guard let failure else { continue }
                group.cancelAll()
                return failure
            }
            return .cancelled
        }
    }

    /// - Parameter client: the one to go on with, or `nil` for one of its own.
    private func work(
        on loop: any EventLoop,
        _ client: NIOLoopBound<RuntimeClient>?,
        _ handler: @escaping LambdaFunction.Handler
    ) async -> RuntimeFailure {
        await withTaskExecutorPreference(LoopExecutor(loop)) {
            let client = client?.value ?? RuntimeClient(self.connector, loop: loop, logger: self.function.logger)
            defer { client.close() }
            return await self.worker(client, handler).run()
        }
    }

    private func shutDown(_ hooks: FunctionLifecycle.Hooks) async {
        for work in hooks.shutdown.reversed() {
            do {
                try await work()
            } catch {
                self.function.logger.error("work at the end failed", metadata: ["error": "\(error)"])
            }
        }
    }
}
