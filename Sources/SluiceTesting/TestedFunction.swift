// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import Sluice
internal import SluiceRuntimeAPI
internal import SluiceServiceWire

/// A function under test; see ``withTestedFunction(_:_:_:)-(HTTPFunction,_,_)``.
public struct TestedFunction: Sendable {
    let bench: NIOLoopBound<TestBench>

    /// How the function meets its test.
    public struct Settings: Sendable {
        /// Without sockets, unless set.
        public var transport = Transport.inProcess
        /// The function's time-out: 3 seconds, Lambda's own default, unless set.
        public var timeout: Duration = .seconds(3)
        /// How many invocations may run at once, as on Lambda Managed Instances: 1 unless set, 64 at most.
        public var maximumConcurrency = 1
        /// Whether the function starts from a snapshot: then its hooks for that run before its first invocation.
        public var isSnapStart = false
        /// What `context.functionName` says.
        public var functionName = "function"
        /// What `context.memoryMegabytes` says.
        public var memoryMegabytes = 128
        /// How long a test waits, by the real clock, for something that does not come: 10 seconds unless set.
        public var patience: Duration = .seconds(10)

        /// All as said above.
        public init() {}

        /// All as said above, but for the transport.
        public init(_ transport: Transport) { self.transport = transport }
    }

    /// What lies between a function and its test.
    public struct Transport: Hashable, Sendable, CaseIterable, CustomStringConvertible {
        private enum Value { case inProcess, loopback }
        private let value: Value

        /// Memory: no sockets.
        public static let inProcess = Self(value: .inProcess)
        /// A Runtime API on 127.0.0.1, and the same bytes between them as on Lambda.
        public static let loopback = Self(value: .loopback)

        /// Both, for a test that runs by either.
        public static let allCases = [Self.inProcess, .loopback]

        /// Its name.
        public var description: String { self.value == .inProcess ? "in process" : "loopback" }

        var usesSockets: Bool { self.value == .loopback }
        /// From the function's write to its caller, and the answer's way back.
        var turnsToSettle: Int { self.usesSockets ? 4 : 2 }
    }

    /// Invokes the function, or lets the invocation wait until the function is free.
    ///
    /// - Parameters:
    ///   - event: what the function is called with.
    ///   - windowBytes: how many bytes may wait for the test, which reads them by ``TestedInvocation/nextChunk()``: a
    ///     function that gets further ahead is held up. `nil` stands for a caller that takes everything at once.
    ///   - fault: something that goes wrong in the middle.
    /// - Throws: ``FunctionTestError``, when the function runs no more.
    public func invoke(
        _ event: TestEvent,
        windowBytes: Int? = nil,
        fault: ResponseFault? = nil
    ) async throws -> TestedInvocation {
        try await self.bench.run { bench in
            try bench.checkThatItRuns()
            let caller = TestCaller(
                isHTTP: event.isHTTP,
                windowBytes: windowBytes.map { max(1, $0) },
                now: { [time = bench.time] in time.now },
                changed: { [weak service = bench.service] in service?.changed.resumeAll() }
            )
            let flight = TestFlight(
                Invocation(event, bench.settings, number: bench.service.nextNumber()),
                cognitoIdentity: event.cognitoIdentity,
                caller,
                InvocationRelay(mode: .streaming, caller: caller),
                fault: fault
            )
            bench.service.invoke(flight)
            return TestedInvocation(
                requestID: flight.invocation.requestID,
                bench: self.bench,
                flight: NIOLoopBound(flight, eventLoop: bench.loop)
            )
        }
    }

    /// Moves the time on, and does what becomes due on the way: waits that end, heartbeats, deadlines.
    public func advance(by duration: Duration) async {
        await self.bench.run { await $0.advance(by: duration) }
    }

    /// Ends the process as Lambda does, by `SIGTERM`, and waits until what the function does then is done.
    ///
    /// Only a function with work for its end (`FunctionLifecycle.onShutdown`) hears of it.
    ///
    /// - Throws: ``FunctionTestError``, when the function has no such work, or its work does not end.
    public func shutDown() async throws {
        try await self.bench.run { bench in
            try bench.checkThatItRuns()
            guard bench.service.hasExtension else {
                throw FunctionTestError(
                    .nothingHappened,
                    "the function has no work for its end; it is added in setUp, by lifecycle.onShutdown"
                )
            }
            bench.termination.settle(())
            let ending = try await bench.wait(for: "the end of the function") { bench.ending }
            guard case .terminated = ending else { throw FunctionTestError(.functionEnded, "\(ending)") }
        }
    }
}

extension NIOLoopBound where Value == TestBench {
    func run<Result: Sendable>(_ body: @escaping @Sendable (TestBench) async throws -> Result) async rethrows -> Result
    {
        try await withTaskExecutorPreference(LoopExecutor(self.eventLoop)) { try await body(self.value) }
    }
}
