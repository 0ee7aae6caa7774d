// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// One execution environment of a function: its process, its Runtime API, its one invocation, or its several on Managed
/// Instances. Lives on the service's event loop.
final class ExecutionEnvironment {
    let id: PoolMachine.EnvironmentID
    let function: FunctionConfiguration
    let place: EnvironmentPlace
    let eventLoop: any EventLoop
    let log: EventLog
    weak var owner: (any ExecutionEnvironmentOwner)?
    let session: any RuntimeAPI
    /// What the processes call: the Runtime API, and what is beside it.
    let router: any RequestRouter
    /// What there is in place of `delivery` and `current` on Managed Instances.
    let managed: ManagedInvocations?
    let connections = ConnectionSet()

    var listener: (any Channel)?
    /// Starts a process that finds the Runtime API on that port. Answers whether it can be started.
    private var launch: ((_ runtimeAPIPort: Int, _ attempt: Int) -> Bool)?
    private(set) var attempt = 0
    var group: ProcessGroup?
    /// By which a later start of the service would find the group.
    var groupRecord: GroupRecord?
    /// What freezes and ends it; see `ExecutionEnvironment+Life.swift`.
    var life: EnvironmentLife
    /// Those of its present processes.
    var extensions: ExtensionHost?
    let telemetry: TelemetryFeed
    /// `nil` unless it starts from a snapshot.
    var restore: EnvironmentRestore?
    private var extensionSetup: ExtensionHost.Setup?
    /// The runtime's process of this attempt is there, or is being started; before that extensions are waited for.
    private(set) var runtimeIsLaunched = false
    /// The first process is on its way out, and another will take its place.
    var isReplacing = false
    /// Its runtime ran into its time-out or ended by itself: what it kept in its folder is its successor's.
    var isReset = false
    /// Its function knows that, and starts the next one as what follows a reset.
    var hasSuccessor = false
    /// The function has new code since it was started.
    var isOfOldCode = false
    var isOutOfMemory = false
    /// Its processes ran since its temporary files were measured.
    var mayHaveWritten = false
    /// Those took more room than there is on Lambda, and the log has said so.
    var isOverStorage = false
    /// Those of processes that others have replaced.
    var outOfMemoryKillsBefore = 0
    /// What the process prints.
    var output: LogLineHandler?
    private(set) var endingReason: String?
    private var isDrained = false
    private var isGone = false
    /// The last of its processes has ended; what it had sent may still be read.
    var processIsGone = false

    /// The end of initialisation, or of the invocation under way.
    private var timer: Scheduled<Void>?
    private var timerEnd: NIODeadline = .distantFuture

    var lastPeak: (group: Int32, megabytes: Int?, readAt: NIODeadline)?
    var initStartedAt = NIODeadline.now()
    var initDuration: TimeAmount?
    var initIsReported = false
    /// Given to this environment, delivered or not.
    var delivery: Delivery?
    var current: CurrentInvocation?

    init(
        id: PoolMachine.EnvironmentID,
        function: FunctionConfiguration,
        place: EnvironmentPlace,
        eventLoop: any EventLoop,
        log: EventLog,
        owner: any ExecutionEnvironmentOwner
    ) {
        self.id = id
        self.function = function
        self.place = place
        self.life = EnvironmentLife(freezes: function.freezes && function.managedConcurrency == nil)
        let managed = function.managedConcurrency.map { ManagedInvocations(workers: $0) }
        self.managed = managed
        let session: any RuntimeAPI = managed?.session ?? RuntimeAPISession(isReset: place.followsReset)
        self.session = session
        self.router = MetadataEndpoint(
            token: place.metadataToken,
            zone: AvailabilityZoneID(region: place.region),
            before: session
        )
        self.eventLoop = eventLoop
        self.log = log
        self.owner = owner
        self.telemetry = TelemetryFeed(on: eventLoop)
        self.session.delegate = self
    }

    // MARK: Start

    /// Listens for the runtime, starts the extensions, then asks `launch` to start the process with that port.
    func start(
        extensions: ExtensionHost.Setup,
        launch: @escaping (_ runtimeAPIPort: Int, _ attempt: Int) -> Bool
    ) {
        self.launch = launch
        self.extensionSetup = extensions
        if self.place.followsReset { self.telemetry.initPhase = "invoke" }
        self.record(
            .environmentStarting(
                environment: self.id.number,
                region: self.place.region,
                followsReset: self.place.followsReset
            )
        )
        if self.place.followsReset { self.beginSecondInit() } else { self.setTimer(self.function.startLimit) }
        HTTP1Listener.bind(
            host: "127.0.0.1",
            port: 0,
            router: self.router,
            connections: self.connections,
            bounds: .runtimes(workers: self.function.managedConcurrency ?? 1),
            onFault: { [weak self] fault in
                self?.record(.note("a connection of the runtime was ended with \(fault)"))
            },
            on: self.eventLoop
        ).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                self.listener = channel
                guard self.endingReason == nil else { return self.becomeGone() }
                self.startProcess()
            case .failure(let error):
                self.couldNotStart(LaunchFailure(reason: "no port for its Runtime API: \(error)", fault: .service))
            }
        }
    }

    func startProcess() {
        self.attempt += 1
        self.group = nil
        self.runtimeIsLaunched = false
        self.processIsGone = false
        self.isOutOfMemory = false
        self.restoreIsReplaced()
        if let setup = self.extensionSetup { self.startExtensions(setup) }
    }

    /// Every external extension has registered.
    func startRuntime() {
        guard !self.runtimeIsLaunched, self.endingReason == nil, !self.isReplacing else { return }
        self.runtimeIsLaunched = true
        guard let port = self.listener?.localAddress?.port, self.launch?(port, self.attempt) == true else {
            let reason = "too many processes are being started at once"
            return self.couldNotStart(LaunchFailure(reason: reason, fault: .service))
        }
    }

    func assign(_ delivery: Delivery) {
        self.wake()
        delivery.relay.onProcessFault { [weak self] in self?.suffer($0) }
        if let managed = self.managed { return self.assign(delivery, to: managed) }
        self.delivery = delivery
        // A runtime whose `/next` broke may not come back for it. Its delivery sets the deadline anew.
        if self.initDuration != nil { self.setTimer(delivery.invocation.timeout) }
        self.session.assign(delivery.invocation, relay: delivery.relay)
        if delivery.relay.isOver { delivery.tail?.finish() }
    }

    // MARK: Its end

    /// Ends the environment: at once, unless extensions have time to end. A caller who waits is told `failure` now.
    func end(
        reason: String,
        as why: ShutdownReason = .spindown,
        isTimeout: Bool = false,
        failure: (_ requestID: String) -> InvocationFailure
    ) {
        guard self.endingReason == nil else { return }
        self.giveUp(reason: reason, isTimeout: isTimeout, failure)
        self.shutDown(why)
        // No process will tell that it is gone. (A listener that is still to come does.)
        if !self.runtimeIsLaunched, self.listener != nil { self.becomeGone() }
    }

    /// Once the process is gone, its number may be another's.
    func killGroup() {
        if !self.processIsGone { self.group?.kill() }
    }

    func giveUp(reason: String, isTimeout: Bool = false, _ failure: (_ requestID: String) -> InvocationFailure) {
        guard self.endingReason == nil else { return }
        self.endingReason = reason
        self.stopTimer()
        if self.initDuration == nil { self.reportFailedInit(failure(""), isTimeout: isTimeout) }
        self.session.end(isTimeout: isTimeout, failure)
        self.finishInvocation()
        self.owner?.environmentIsUnusable(self)
    }

    /// Its process is gone, and all that it had sent is read; or there never was one.
    func becomeGone() {
        self.isDrained = true
        self.concludeIfOver()
    }

    /// Extensions may still have their time.
    func concludeIfOver() {
        guard self.isDrained, self.isShutDown, !self.isGone else { return }
        self.isGone = true
        // What has left its process group for a session of its own is in its control group all the same.
        self.place.groups.kill()
        self.launch = nil
        self.extensionSetup = nil
        self.telemetry.end()
        self.listener?.close(promise: nil)
        self.connections.closeAll()
        self.record(.environmentEnded(environment: self.id.number, reason: self.endingReason ?? "stopped"))
        self.owner?.environmentIsGone(self)
    }

    /// It is told to exit by the protocol; one that does not is ended.
    func expectExit() {
        let attempt = self.attempt
        self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(Limits.initErrorExitMilliseconds))) {
            if attempt == self.attempt { self.killGroup() }
        }
    }

    // MARK: Time

    var timeLeft: TimeAmount { max(.zero, self.timerEnd - .now()) }

    func setTimer(_ allowance: TimeAmount) {
        self.timer?.cancel()
        self.timerEnd = .now() + allowance
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: allowance) { self.timeIsOver() }
    }

    func stopTimer() {
        self.timer?.cancel()
        self.timer = nil
    }

    private func timeIsOver() {
        if self.restoreTimedOut() { return }
        switch self.session.deadlinePassed() {
        case .replaceProcess:
            let limit = Int(self.function.initLimit.nanoseconds / 1_000_000)
            let words = "environment \(self.id.number) was not ready in time, and starts once more in the invocation's"
            self.record(.note(ServiceLimit.initMilliseconds.note(words, value: limit)))
            self.startOver(after: LogEvent.InitReport(duration: .now() - self.initStartedAt))
            self.endFailedProcess()
        case .end:
            self.current?.timedOut = true
            self.isReset = true
            let milliseconds = self.function.timeout.nanoseconds / 1_000_000
            self.end(
                reason: self.initDuration == nil ? "initialisation timed out" : "timed out",
                as: .timeout,
                isTimeout: true
            ) { .timedOut(requestID: $0, timeoutMilliseconds: milliseconds) }
        }
    }
}
