// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// One function: its environments, and the invocations on their way to them. Lives on the service's event loop.
final class FunctionService {
    let configuration: FunctionConfiguration
    let arn: String
    private let service: EmulatorConfiguration
    let eventLoop: any EventLoop
    private let log: EventLog
    private let launch: (LaunchRequest) -> Bool
    let folders: EnvironmentFolders
    private let groups: ControlGroups
    let removeGroups: (EnvironmentGroups) -> Void
    private let rates: RequestRates
    let onStir: () -> Void
    private let accountHasRoom: () -> Bool

    var pool: FunctionPool
    var environments: [PoolMachine.EnvironmentID: ExecutionEnvironment] = [:]
    /// In the order in which they came, as the pool has them.
    var waiting: [Waiting] = []
    private var lastWaiting = 0
    var isStopping = false
    var isHurried = false
    var whenGone: [EventLoopPromise<Void>] = []
    var whenQuiet: [EventLoopPromise<Void>] = []
    /// What nobody waits for, and is tried again when it fails.
    private(set) lazy var asynchronous = AsynchronousInvocations(of: self) { [log = self.log, configuration] text in
        log.record(.note(text), function: configuration.name)
    }

    /// An invocation that waits a moment for an environment that is about to be free.
    struct Waiting {
        /// Never used twice.
        let number: Int
        let delivery: Delivery
        let onThrottle: (InvokeError) -> Void
        let grace: Scheduled<Void>
    }

    /// - Parameters:
    ///   - folders: where environments have their temporary files.
    ///   - groups: limit what environments take of the machine.
    ///   - launch: has a process started; false when the service cannot take any more.
    ///   - removeGroups: has control groups removed, later.
    ///   - rates: counts requests, those of all functions together.
    ///   - onStir: called when processes begin to run, or go on, whose memory is to be watched.
    ///   - accountHasRoom: whether all functions together may have one more invocation.
    init(
        configuration: FunctionConfiguration,
        service: EmulatorConfiguration,
        eventLoop: any EventLoop,
        log: EventLog,
        folders: EnvironmentFolders,
        groups: ControlGroups,
        launch: @escaping (LaunchRequest) -> Bool,
        removeGroups: @escaping (EnvironmentGroups) -> Void,
        rates: RequestRates,
        onStir: @escaping () -> Void,
        accountHasRoom: @escaping () -> Bool
    ) {
        self.configuration = configuration
        self.arn = service.arn(of: configuration.name)
        self.service = service
        self.eventLoop = eventLoop
        self.log = log
        self.folders = folders
        self.groups = groups
        self.launch = launch
        self.removeGroups = removeGroups
        self.rates = rates
        self.onStir = onStir
        self.accountHasRoom = accountHasRoom
        self.pool = FunctionPool(configuration)
    }

    // MARK: Invocations

    /// A delivery of `payload` with fresh ids.
    func makeInvocation(requestID: String, payload: ByteBuffer) -> Invocation {
        Invocation(
            requestID: requestID,
            invocationID: Identifiers.uuid(),
            payload: payload,
            invokedFunctionARN: self.arn,
            traceID: Identifiers.traceID(epochSeconds: WallClock.epochMilliseconds() / 1000),
            timeout: self.configuration.timeout
        )
    }

    /// Gives the invocation to an environment. `onThrottle` is called, now or after a moment, when none may take it;
    /// otherwise the relay's caller hears everything else.
    func invoke(_ delivery: Delivery, onThrottle: @escaping (InvokeError) -> Void) {
        guard !self.isStopping else { return delivery.failForStop() }
        guard self.accountHasRoom() else { return onThrottle(.accountThrottled) }
        guard !self.isServing(delivery.invocation.requestID) else { return delivery.refuseDuplicate() }
        let admission: RequestRates.Admission?
        do throws(InvokeError) {
            admission = try self.rates.admit(delivery, to: self.configuration, now: self.eventLoop.now)
        } catch {
            return onThrottle(error)
        }
        self.act(on: self.pool.acquire(for: delivery.invocation.tenantID), delivery) { [rates = self.rates] error in
            if let admission { rates.withdraw(admission) }
            onThrottle(error)
        }
    }

    /// On Managed Instances an id is what tells invocations of one process apart.
    private func isServing(_ requestID: String) -> Bool {
        guard self.configuration.managedConcurrency != nil else { return false }
        return self.environments.values.contains { $0.managed?.entries[requestID] != nil }
    }

    private func act(
        on decision: PoolMachine.OnAcquire,
        _ delivery: Delivery,
        _ onThrottle: @escaping (InvokeError) -> Void
    ) {
        switch decision {
        case .reuse(let id):
            self.environments[id]?.assign(delivery)
        case .start(let id):
            self.start(id, delivery)
        case .wait:
            let delay = TimeAmount.milliseconds(Int64(Limits.reuseGraceMilliseconds))
            self.lastWaiting += 1
            let number = self.lastWaiting
            let grace = self.eventLoop.assumeIsolated().scheduleTask(in: delay) {
                // One that is due in the turn that cancels it runs all the same.
                guard let place = self.waiting.firstIndex(where: { $0.number == number }) else { return }
                self.waitedLongEnough(at: place)
            }
            self.waiting.append(Waiting(number: number, delivery: delivery, onThrottle: onThrottle, grace: grace))
        case .throttle:
            // A function that has reserved nothing has its default from this service alone.
            let configuration = self.configuration
            let hasReserved = configuration.reservedConcurrency != nil && configuration.managedConcurrency == nil
            onThrottle(hasReserved ? .throttled : .accountThrottled)
        }
    }

    private func start(_ id: PoolMachine.EnvironmentID, _ delivery: Delivery) {
        let place = self.makePlace(for: "\(self.configuration.name)-\(id.number)", id.tenant)
        let environment = ExecutionEnvironment(
            id: id,
            function: self.configuration,
            place: place,
            eventLoop: self.eventLoop,
            log: self.log,
            owner: self
        )
        self.environments[id] = environment
        let credentials =
            self.configuration.startsFromSnapshot
            ? RuntimeCredentials(
                from: EnvironmentVariables.given(self.configuration, in: self.service),
                authorization: Identifiers.uuid()
            ) : nil
        if self.configuration.startsFromSnapshot { environment.startFromSnapshot(credentials) }
        environment.assign(delivery)
        let command = delivery.crashesInit ? Self.crashingCommand : self.configuration.startCommand
        let extensions = ExtensionHost.Setup(
            for: self.configuration,
            in: self.service,
            place: place,
            eventLoop: self.eventLoop,
            launch: self.launch
        )
        environment.start(extensions: extensions) { port, attempt in
            self.launch(
                LaunchRequest(
                    process: NIOLoopBound(environment as any LaunchedProcess, eventLoop: self.eventLoop),
                    attempt: attempt,
                    eventLoop: self.eventLoop,
                    command: command,
                    variables: EnvironmentVariables.variables(
                        for: self.configuration,
                        in: self.service,
                        runtimeAPI: "127.0.0.1:\(port)",
                        place: place,
                        authorization: credentials?.authorization
                    ),
                    workingDirectory: self.configuration.workingDirectory,
                    layers: self.configuration.layers,
                    groups: place.groups
                )
            )
        }
    }

    private func makePlace(for name: String, _ tenant: String?) -> EnvironmentPlace {
        let groups = self.groups.makeGroups(named: name, for: self.configuration)
        if groups == nil {
            let processors = self.service.sharesProcessors ? "it may take all of the processors, and " : ""
            let text = "no control group can be made for the next environment: \(processors)its memory is watched only"
            self.log.record(.note(text), function: self.configuration.name)
        }
        let (followsReset, inheritance) = self.folders.succeed(for: tenant)
        return EnvironmentPlace(
            region: self.service.region,
            logStream: inheritance?.logStream
                ?? Identifiers.logStream(epochMilliseconds: WallClock.epochMilliseconds()),
            followsReset: followsReset,
            metadataToken: Identifiers.uuid(),
            folder: inheritance.map(\.folder) ?? self.folders.make(for: name),
            run: self.folders.run,
            groups: groups ?? EnvironmentGroups()
        )
    }

    /// What runs in the function's place when a fault has its initialisation crash.
    private static let crashingCommand = ["/bin/sh", "-c", "echo 'the fault init-crash ends this process' >&2; exit 1"]

    /// - Parameter place: a place in `waiting`.
    func waitedLongEnough(at place: Int) {
        let waiting = self.waiting.remove(at: place)
        waiting.grace.cancel()
        self.act(on: self.pool.waitedLongEnough(at: place), waiting.delivery, waiting.onThrottle)
    }

    // MARK: New code

    /// What the command runs has changed: invocations from now on get new environments, and those under way finish.
    func renew() {
        // Before the first one nothing is old.
        guard !self.isStopping, self.pool.startedCount > 0 else { return }
        let renewed = self.pool.renewed()
        self.log.record(
            .renewed(LogEvent.Renewal(ended: renewed.idle.count, finishing: renewed.retiring)),
            function: self.configuration.name
        )
        self.folders.removeLeft()
        for environment in self.environments.values { environment.isOfOldCode = true }
        for id in renewed.idle {
            if let environment = self.environments[id] { self.endRetired(environment) }
        }
    }

    /// It serves nobody, so nobody hears of the failure.
    func endRetired(_ environment: ExecutionEnvironment) {
        let reason = self.configuration.startsCold ? "no environment is used twice" : "its code is old"
        environment.end(reason: reason) { .serviceStopped(requestID: $0) }
    }

    // MARK: What the service asks

    /// Invocations whose callers wait for an answer, or get one.
    var servingCount: Int { self.pool.servingCount }

    /// Whether its processes or their files have a limit that somebody has to look after.
    var isWatched: Bool { self.configuration.enforcesMemory || self.limitsStorage }

    private var limitsStorage: Bool {
        self.configuration.ephemeralStorageMegabytes < Limits.maximumLiftedStorageMegabytes
    }

    /// Those that run. One that was stopped since the last look is in it once more, for what it has written.
    var watchSubjects: [EnvironmentWatch.Subject] {
        guard self.isWatched else { return [] }
        return self.environments.values.compactMap { environment in
            guard !environment.processIsGone else { return nil }
            let isRunning = !environment.isFrozen
            guard isRunning || environment.mayHaveWritten else { return nil }
            environment.mayHaveWritten = isRunning
            let groups = isRunning && self.configuration.enforcesMemory ? environment.processGroups : []
            let folder = self.limitsStorage && !environment.isOverStorage ? environment.place.folder : nil
            guard !groups.isEmpty || folder != nil else { return nil }
            return EnvironmentWatch.Subject(
                environment: NIOLoopBound(environment, eventLoop: self.eventLoop),
                groups: groups,
                controlGroups: environment.place.groups,
                killsBefore: environment.outOfMemoryKillsBefore,
                limitMegabytes: self.configuration.memoryMegabytes,
                folder: folder,
                ephemeralStorageMegabytes: self.configuration.ephemeralStorageMegabytes,
                attempt: environment.attempt
            )
        }
    }
}
