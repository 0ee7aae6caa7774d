// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import SluiceServiceWire
internal import SluiceWire

/// The local Lambda: runs functions as processes and serves Lambda's APIs for them.
///
/// ```swift
/// try await Emulator.run(configuration, onEvent: { print($0) }) { addresses in
///     // It listens, until this closure returns.
/// }
/// ```
package enum Emulator {
    /// Where it listens, and what can be asked of it.
    package struct Addresses: Sendable {
        package var host: String
        /// The Lambda API, and Function URLs by host name.
        package var endpointPort: Int
        /// Each function's own Function URL, in the order of the configuration.
        package var functionURLs: [(name: String, port: Int)]
        package let control: EmulatorControl

        package var endpoint: String { "http://\(self.host):\(self.endpointPort)" }
        package func functionURL(port: Int) -> String { "http://\(self.host):\(port)/" }
    }

    /// Runs the service for as long as `body` runs. When `body` ends, in whichever way, listening stops, streams under
    /// way get `Limits.stopDrainMilliseconds`, and every process that was started is ended before this returns.
    ///
    /// - Parameters:
    ///   - onEvent: called on the service's event loop for each event of its log; it must not block.
    ///   - hurry: awaited while the service stops: when it returns, streams under way get no more time.
    /// - Throws: `EmulatorError` when a port is taken or a function is misconfigured, and whatever `body` throws.
    package static func run<Result: Sendable>(
        _ configuration: EmulatorConfiguration,
        onEvent: @escaping @Sendable (LogEvent) -> Void,
        hurry: (@Sendable () async -> Void)? = nil,
        body: @Sendable (Addresses) async throws -> Result
    ) async throws -> Result {
        try configuration.validate()
        let layerMount = try await LayerCheck.run(configuration)
        OpenFiles.allow(configuration.descriptors)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let result = try await Self.run(
                configuration,
                layerMount: layerMount,
                on: group.next(),
                onEvent: onEvent,
                hurry: hurry,
                body: body
            )
            try await group.shutdownGracefully()
            return result
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    private static func run<Result: Sendable>(
        _ configuration: EmulatorConfiguration,
        layerMount: LayerMount?,
        on eventLoop: any EventLoop,
        onEvent: @escaping @Sendable (LogEvent) -> Void,
        hurry: (@Sendable () async -> Void)?,
        body: @Sendable (Addresses) async throws -> Result
    ) async throws -> Result {
        // Each environment asks for one process and for the end of one folder, and no function has more of them than its
        // concurrency allows, besides those whose processes are about to end or finish with old code.
        let processes = configuration.functions.reduce(0) {
            $0 + max(1, $1.concurrency) * $1.processesOfEnvironment(configuration.limits)
        }
        let capacity = 4 * processes
        let (requests, launches) = AsyncStream<LauncherRequest>.makeStream(bufferingPolicy: .bufferingOldest(capacity))
        let orphans = await OrphanSearch.run(under: configuration.temporaryFolder)
        let groups = try ControlGroups(for: configuration)
        defer { groups.removeAll() }
        let run = RunFolder(under: configuration.temporaryFolder)
        let (stirs, stir) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        defer { run?.remove() }
        let service = try await eventLoop.submit {
            let service = LambdaService(
                configuration: configuration,
                eventLoop: eventLoop,
                onEvent: onEvent,
                run: run,
                groups: groups,
                onStir: { stir.yield() }
            ) {
                if case .enqueued = launches.yield($0) { true } else { false }
            }
            service.tell(ofOrphans: orphans, hasFolder: run != nil)
            return NIOLoopBound(service, eventLoop: eventLoop)
        }.get()

        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await EnvironmentLauncher(requests: requests, layerMount: layerMount).run() }
            do {
                let addresses = try await Self.listen(service, eventLoop, configuration)
                let result = try await Self.watchingEnvironments(service, eventLoop, stirs) {
                    try await body(addresses)
                }
                await Self.stop(service, eventLoop, launches, hurry)
                try await tasks.waitForAll()
                return result
            } catch {
                await Self.stop(service, eventLoop, launches, hurry)
                throw error
            }
        }
    }

    private static func watchingEnvironments<Result: Sendable>(
        _ service: NIOLoopBound<LambdaService>,
        _ eventLoop: any EventLoop,
        _ stirs: AsyncStream<Void>,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await EnvironmentWatch(of: service, on: eventLoop, stirs: stirs).run() }
            defer { tasks.cancelAll() }
            return try await body()
        }
    }

    private static func listen(
        _ service: NIOLoopBound<LambdaService>,
        _ eventLoop: any EventLoop,
        _ configuration: EmulatorConfiguration
    ) async throws -> Addresses {
        let endpoint = try await Self.listen(on: configuration.port, eventLoop, configuration) {
            service.value.listen(port: $0, router: EndpointRouter(service: service.value))
        }
        var addresses = Addresses(
            host: configuration.host,
            endpointPort: endpoint,
            functionURLs: [],
            control: EmulatorControl(service: service, eventLoop: eventLoop)
        )
        // No request to a Function URL could say whose it is, and so Lambda makes none for such a function.
        for function in configuration.functions where !function.isolatesTenants {
            let name = function.name
            let port = try await Self.listen(on: function.urlPort, eventLoop, configuration) { port in
                service.value.listenForFunctionURL(of: name, port: port)
            }
            addresses.functionURLs.append((name, port))
        }
        return addresses
    }

    private static func listen(
        on port: Int,
        _ eventLoop: any EventLoop,
        _ configuration: EmulatorConfiguration,
        bind: @escaping @Sendable (Int) -> EventLoopFuture<Int>
    ) async throws -> Int {
        do {
            return try await eventLoop.flatSubmit { bind(port) }.get()
        } catch {
            throw EmulatorError.cannotListen(on: port, host: configuration.host, cause: error)
        }
    }

    private static func stop(
        _ service: NIOLoopBound<LambdaService>,
        _ eventLoop: any EventLoop,
        _ launches: AsyncStream<LauncherRequest>.Continuation,
        _ hurry: (@Sendable () async -> Void)?
    ) async {
        await withDiscardingTaskGroup { tasks in
            if let hurry {
                tasks.addTask {
                    await hurry()
                    guard !Task.isCancelled else { return }
                    try? await eventLoop.submit { service.value.hurry() }.get()
                }
            }
            // The future does not fail: a stop has nothing left to report to.
            try? await eventLoop.flatSubmit { service.value.stop() }.get()
            tasks.cancelAll()
        }
        launches.finish()
    }
}

extension FunctionConfiguration {
    /// At most: the runtime's, and those of external extensions.
    fileprivate func processesOfEnvironment(_ limits: ServiceLimits) -> Int {
        self.extensionFolders.isEmpty && self.layerFolders.isEmpty ? 1 : 1 + limits[.extensions]
    }
}

extension EmulatorConfiguration {
    fileprivate func validate() throws(EmulatorError) {
        var names: Set<String> = []
        for function in self.functions {
            guard FunctionConfiguration.isValidName(function.name) else {
                throw EmulatorError(
                    .invalidFunction,
                    "\"\(function.name)\" is no function name: 1 to 64 letters, digits, hyphens and underscores"
                )
            }
            guard !function.command.isEmpty else {
                throw EmulatorError(.invalidFunction, "function \(function.name) has no command to run")
            }
            guard !function.isolatesTenants || function.mayIsolateTenants else {
                let words =
                    "tenants are isolated in environments that are started for one, and take one invocation at a time"
                throw EmulatorError(.invalidFunction, "function \(function.name): \(words)")
            }
            let bytes = function.ownVariableBytes
            guard bytes <= self.limits[.environmentBytes] else {
                let limit = ServiceLimit.environmentBytes
                throw EmulatorError(
                    .invalidFunction,
                    limit.note(
                        "the variables of function \(function.name) take \(bytes) bytes, names and values together",
                        value: self.limits[limit]
                    )
                )
            }
            guard names.insert(function.name).inserted else {
                throw EmulatorError(.duplicateFunction, "two functions are named \(function.name)")
            }
            do throws(CORSConfigurationError) {
                try function.cors?.validate()
            } catch {
                throw EmulatorError(.invalidFunction, "CORS of function \(function.name): \(error)", cause: error)
            }
        }
    }
}
