// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import SluiceWire

#if canImport(Darwin)
internal import Dispatch
#endif

/// A function as a process of its own: address from the environment, failures to standard error and the exit code.
enum FunctionProcess {
    static func run(_ function: LambdaFunction) -> Never {
        let address: RuntimeAddress
        do {
            address = try RuntimeAddress(Platform.environmentValue(RuntimeAddress.variable))
        } catch {
            self.fail(error)
        }
        let environment = FunctionEnvironment.ofThisProcess()
        let runtime = FunctionRuntime(
            function,
            connector: SocketConnector(address: address),
            environment: environment,
            onTrace: Self.onTrace(environment),
            onTermination: { await TerminationSignal.wait(on: $0) }
        )
        #if canImport(Darwin)
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        RootTask.start(on: LoopExecutor(loop)) {
            self.end(await runtime.run(on: loop, others: Self.others(environment)))
        }
        dispatchMain()
        #else
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
            // It takes a sixth of the time until the first /next, and nobody needs it before, unless `setUp` or a service
            // does.
            let isNeededAtOnce = function.hasSetUp || function.company != nil
            if isNeededAtOnce { self.drainMainQueue(on: loop) }
            let afterFirstRequest = { @Sendable in
                if !isNeededAtOnce { self.drainMainQueue(on: loop) }
            }
            RootTask.start(on: LoopExecutor(loop)) {
                let others = Self.others(environment)
                self.end(await runtime.run(on: loop, others: others, afterFirstRequest: afterFirstRequest))
            }
        }
        self.fail("the event loop ended")
        #endif
    }

    #if os(Linux)
    private static func drainMainQueue(on loop: any EventLoop) {
        do {
            try MainQueue.drain(on: loop)
        } catch {
            self.fail("the main queue cannot be served: \(error)")
        }
    }
    #endif

    /// Where one invocation at a time runs in this process, a variable of the process can name its trace.
    private static func onTrace(_ environment: FunctionEnvironment) -> (@Sendable (String?) -> Void)? {
        guard environment.maximumConcurrency == 1 else { return nil }
        return { Platform.setEnvironmentValue("_X_AMZN_TRACE_ID", to: $0) }
    }

    /// Loops beside the main thread's: one for each processor, where invocations run at once.
    private static func others(_ environment: FunctionEnvironment) -> [any EventLoop] {
        // Not asked for otherwise: the count is read from several files.
        guard environment.maximumConcurrency > 1 else { return [] }
        let threads = min(environment.maximumConcurrency, System.coreCount) - 1
        return threads > 0 ? Array(MultiThreadedEventLoopGroup(numberOfThreads: threads).makeIterator()) : []
    }

    private static func end(_ reason: RuntimeFailure) -> Never {
        if case .terminated = reason { Platform.exitProcess(0) }
        self.fail(reason)
    }

    private static func fail(_ reason: some CustomStringConvertible) -> Never {
        Platform.printToStandardError("error: \(reason)")
        Platform.exitProcess(1)
    }
}
