// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
public import Sluice
internal import SluiceHTTPServer
internal import SluiceServiceWire
internal import SluiceWire

/// Runs a function for the time of `body`, which invokes it and looks at what comes.
///
/// ```swift
/// import Sluice
/// import SluiceTesting
/// import Testing
///
/// let greeter = HTTPFunction { request, context in
///     HTTPResult.stream(headers: [.contentType: "text/plain"]) { writer in
///         for word in ["hello ", "world\n"] {
///             try await writer.write(word)
///             try await context.clock.sleep(for: .seconds(1))
///         }
///     }
/// }
///
/// @Test func greetsWordByWord() async throws {
///     try await withTestedFunction(greeter) { function in
///         let call = try await function.invoke(.functionURL("/?name=you"))
///         #expect(try await call.head().status == .ok)
///         let response = try await call.response()
///         #expect(response.chunks.map(\.text) == ["hello ", "world\n"])
///         #expect(response.chunks.map(\.at) == [.zero, .seconds(1)])
///         #expect(response.end.isComplete)
///     }
/// }
/// ```
///
/// When `body` has ended, the function's tasks are cancelled, and it is waited for. A function that does not heed that
/// keeps the test from ending; the log says so after ``TestedFunction/Settings/patience``.
///
/// - Throws: what `body` throws, and ``FunctionTestError`` when the function fails to start.
public func withTestedFunction<Result: Sendable>(
    _ function: HTTPFunction,
    _ settings: TestedFunction.Settings = TestedFunction.Settings(),
    _ body: (TestedFunction) async throws -> Result
) async throws -> Result {
    try await withTestedFunction(function.function, settings, body)
}

/// The same for a function of bytes; see ``withTestedFunction(_:_:_:)-(HTTPFunction,_,_)``.
public func withTestedFunction<Result: Sendable>(
    _ function: LambdaFunction,
    _ settings: TestedFunction.Settings = TestedFunction.Settings(),
    _ body: (TestedFunction) async throws -> Result
) async throws -> Result {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let bench = try await loop.submit {
        NIOLoopBound(TestBench(loop, settings), eventLoop: loop)
    }.get()
    let listener = settings.transport.usesSockets ? try await Loopback.listen(bench) : nil
    let runtime = try await bench.run { try $0.runtime(of: function, at: listener?.address) }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            let others = (1..<max(1, settings.maximumConcurrency)).map { _ in loop }
            let failure = await runtime.run(on: loop, others: others)
            await bench.run { $0.ended(failure) }
        }
        let outcome: Swift.Result<Result, any Error>
        do {
            try await bench.run { try await $0.waitUntilReady() }
            outcome = .success(try await body(TestedFunction(bench: bench)))
        } catch {
            outcome = .failure(error)
        }
        group.cancelAll()
        let reminder = remind(of: function, after: settings.patience, besides: loop)
        try await group.waitForAll()
        reminder.cancel()
        await bench.run { $0.close() }
        await listener?.close()
        return try outcome.get()
    }
}

/// Says why a test does not end: its function does not either.
///
/// On another loop, if there is one: that of the function may be blocked by it.
private func remind(
    of function: LambdaFunction,
    after patience: Duration,
    besides loop: any EventLoop
) -> Scheduled<Void> {
    let other = MultiThreadedEventLoopGroup.singleton.makeIterator().first { $0 !== loop } ?? loop
    return other.scheduleTask(in: .nanoseconds(patience.wholeNanoseconds)) {
        function.logger.error(
            """
            SluiceTesting: the test has ended, and its function still runs, since it does not heed that it is \
            cancelled; the test waits for it
            """
        )
    }
}

extension TestBench {
    fileprivate func runtime(of function: LambdaFunction, at address: RuntimeAddress?) throws -> FunctionRuntime {
        var environment = FunctionEnvironment()
        environment.functionName = self.settings.functionName
        environment.functionVersion = "$LATEST"
        environment.memoryMegabytes = self.settings.memoryMegabytes
        environment.maximumConcurrency = min(max(1, self.settings.maximumConcurrency), Limits.maximumWorkers)
        environment.initializationType = self.settings.isSnapStart ? "snap-start" : "on-demand"
        let termination = NIOLoopBound(self.termination, eventLoop: self.loop)
        return FunctionRuntime(
            function,
            connector: TestConnector(
                service: NIOLoopBound(self.service, eventLoop: self.loop),
                manualTime: self.manual,
                address: address
            ),
            environment: environment,
            onTermination: { _ in _ = await termination.value.wait() }
        )
    }
}

/// The Runtime API of a test on a port of 127.0.0.1.
private struct Loopback {
    let address: RuntimeAddress
    private let channel: any Channel
    private let connections: NIOLoopBound<ConnectionSet>

    static func listen(_ bench: NIOLoopBound<TestBench>) async throws -> Self {
        let (channel, connections) = try await bench.eventLoop.flatSubmit {
            let connections = ConnectionSet()
            let bound = NIOLoopBound(connections, eventLoop: bench.eventLoop)
            return HTTP1Listener.bind(
                host: "127.0.0.1",
                port: 0,
                router: bench.value.service,
                connections: connections,
                bounds: .runtimes,
                onFault: { _ in },
                on: bench.eventLoop
            ).map { ($0, bound) }
        }.get()
        let address = try RuntimeAddress("127.0.0.1:\(channel.localAddress?.port ?? 0)")
        return Self(address: address, channel: channel, connections: connections)
    }

    func close() async {
        try? await self.channel.close()
        self.connections.execute { $0.closeAll() }
    }
}
