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
        let runtime = FunctionRuntime(
            function,
            address: address,
            environment: .ofThisProcess(),
            // One invocation at a time runs in this process, so a variable of the process can name its trace.
            onTrace: { Platform.setEnvironmentValue("_X_AMZN_TRACE_ID", to: $0) }
        )
        #if canImport(Darwin)
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        RootTask.start(on: LoopExecutor(loop)) { self.fail(await runtime.run(on: loop)) }
        dispatchMain()
        #else
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
            do {
                try MainQueue.drain(on: loop)
            } catch {
                self.fail("the main queue cannot be served: \(error)")
            }
            RootTask.start(on: LoopExecutor(loop)) { self.fail(await runtime.run(on: loop)) }
        }
        self.fail("the event loop ended")
        #endif
    }

    private static func fail(_ reason: some CustomStringConvertible) -> Never {
        Platform.printToStandardError("error: \(reason)")
        Platform.exitProcess(1)
    }
}
