// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceWire

/// The local Lambda's state, on its one event loop: its functions, its listeners, its log.
final class LambdaService {
    let configuration: EmulatorConfiguration
    let log: EventLog
    let rules: RequestRules
    private let eventLoop: any EventLoop
    private var functions: [String: FunctionService] = [:]
    private var isHurried = false
    private var listeners: [any Channel] = []
    private let connections = ConnectionSet()

    init(
        configuration: EmulatorConfiguration,
        eventLoop: any EventLoop,
        onEvent: @escaping @Sendable (LogEvent) -> Void,
        run: RunFolder?,
        groups: ControlGroups,
        onStir: @escaping () -> Void,
        launch: @escaping (LauncherRequest) -> Bool
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.log = EventLog(onEvent: onEvent)
        self.rules = RequestRules(limits: configuration.limits, faults: configuration.faults, log: self.log)
        let rates = RequestRates(configuration, log: self.log)
        for function in configuration.functions {
            self.functions[function.name] = FunctionService(
                configuration: function,
                service: configuration,
                eventLoop: eventLoop,
                log: self.log,
                folders: EnvironmentFolders(run: run) { _ = launch(.remove($0)) },
                groups: groups,
                launch: { launch(.start($0)) },
                removeGroups: { _ = launch(.removeGroups($0)) },
                rates: rates,
                onStir: onStir,
                accountHasRoom: { [weak self] in self?.accountHasRoom ?? false }
            )
        }
    }

    private var accountHasRoom: Bool {
        self.functions.values.reduce(0) { $0 + $1.servingCount } < self.configuration.accountConcurrency
    }

    func watchSubjects() -> [EnvironmentWatch.Subject] {
        self.functions.values.flatMap(\.watchSubjects)
    }

    /// What was found before anything listens.
    func tell(ofOrphans orphans: Int, hasFolder: Bool) {
        if orphans > 0 {
            let groups = orphans == 1 ? "1 process group" : "\(orphans) process groups"
            self.log.record(.note("ended \(groups) that a local Lambda left behind when it was killed"))
        }
        self.tellOfReservedVariables()
        if !hasFolder {
            self.log.record(
                .note(
                    "cannot have a folder of its own in \(self.configuration.temporaryFolder): functions share that for "
                        + "temporary files, and what a killed service leaves running is not found"
                )
            )
        }
    }

    /// Lambda refuses a function that names them.
    private func tellOfReservedVariables() {
        for function in self.configuration.functions {
            for name in function.variables.keys.sorted() where EnvironmentVariables.isReserved(name) {
                let words =
                    "\(name) is Lambda's own, and the function does not see this value: there no function may set it"
                self.log.record(.note(words), function: function.name)
            }
        }
    }

    func function(named name: String) -> FunctionService? { self.functions[name] }

    /// The function that a host's first label names. Browsers make hosts lower case, so case counts only where two
    /// names differ by nothing else.
    func function(hostLabel label: String) -> FunctionService? {
        if let function = self.functions[label] { return function }
        let matches = self.functions.filter { $0.key.lowercased() == label.lowercased() }
        return matches.count == 1 ? matches.first?.value : nil
    }

    /// Listens on one address for `router` and answers the port.
    func listen(port: Int, router: any RequestRouter) -> EventLoopFuture<Int> {
        let service = NIOLoopBound(self, eventLoop: self.eventLoop)
        return HTTP1Listener.bind(
            host: self.configuration.host,
            port: port,
            router: router,
            connections: self.connections,
            bounds: self.configuration.callerBounds,
            onFault: { [log = self.log] fault in
                log.record(.note("a caller's connection was ended with \(fault)"))
            },
            on: self.eventLoop
        ).map { channel in
            service.value.listeners.append(channel)
            return channel.localAddress?.port ?? port
        }
    }

    /// Listens for one function's Function URL.
    func listenForFunctionURL(of name: String, port: Int) -> EventLoopFuture<Int> {
        guard let function = self.functions[name] else { return self.eventLoop.makeSucceededFuture(port) }
        return self.listen(port: port, router: FunctionURLEndpoint(function: function, service: self))
    }

    /// Gives these functions, or all, new environments for the invocations from now on.
    func renew(_ names: Set<String>?) {
        for function in self.configuration.functions where names?.contains(function.name) ?? true {
            self.functions[function.name]?.renew()
        }
    }

    /// Streams that a stop lets run on get no more time.
    func hurry() {
        self.isHurried = true
        for function in self.functions.values { function.hurry() }
    }

    /// Stops listening, lets streams under way run on for a while, and ends every environment.
    func stop() -> EventLoopFuture<Void> {
        for listener in self.listeners { listener.close(promise: nil) }
        self.listeners = []
        let drain: TimeAmount = self.isHurried ? .zero : .milliseconds(Int64(Limits.stopDrainMilliseconds))
        let stops = self.functions.values.map { $0.stop(drain: drain) }
        let connections = NIOLoopBound(self.connections, eventLoop: self.eventLoop)
        let service = NIOLoopBound(self, eventLoop: self.eventLoop)
        return EventLoopFuture.andAllComplete(stops, on: self.eventLoop)
            .map { service.value.log.finishFeeds() }
            // What the feeds were told last leaves at the end of this turn.
            .flatMap { service.value.eventLoop.submit { connections.value.closeAll() } }
    }
}
