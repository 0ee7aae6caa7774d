// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// Who owns an environment, and decides what it does next.
protocol ExecutionEnvironmentOwner: AnyObject {
    func environmentFinishedResponse(_ environment: ExecutionEnvironment)
    func environmentIsFree(_ environment: ExecutionEnvironment)
    /// It takes no invocation any more; its process may still be about to end.
    func environmentIsUnusable(_ environment: ExecutionEnvironment)
    /// Process and listener are gone.
    func environmentIsGone(_ environment: ExecutionEnvironment)
}

/// One execution environment of a function: its process, its Runtime API, its one invocation. Lives on the service's
/// event loop.
final class ExecutionEnvironment {
    let id: PoolMachine.EnvironmentID
    let function: FunctionConfiguration
    let eventLoop: any EventLoop
    let log: EventLog
    weak var owner: (any ExecutionEnvironmentOwner)?
    private let session = RuntimeAPISession()
    private let connections = ConnectionSet()

    private var listener: (any Channel)?
    /// Starts a process that finds the Runtime API on that port. Answers whether it can be started.
    private var launch: ((_ runtimeAPIPort: Int, _ attempt: Int) -> Bool)?
    private var attempt = 0
    private(set) var group: ProcessGroup?
    /// What the process prints.
    var output: LogLineHandler?
    private(set) var endingReason: String?
    private var isGone = false
    /// The last of its processes has ended; what it had sent may still be read.
    private(set) var processIsGone = false

    /// The end of initialisation, or of the invocation under way.
    private var timer: Scheduled<Void>?
    private var timerEnd: NIODeadline = .distantFuture

    var initStartedAt = NIODeadline.now()
    var initDuration: TimeAmount?
    var initIsReported = false
    /// Given to this environment, delivered or not.
    var delivery: Delivery?
    var current: CurrentInvocation?

    init(
        id: PoolMachine.EnvironmentID,
        function: FunctionConfiguration,
        eventLoop: any EventLoop,
        log: EventLog,
        owner: any ExecutionEnvironmentOwner
    ) {
        self.id = id
        self.function = function
        self.eventLoop = eventLoop
        self.log = log
        self.owner = owner
        self.session.delegate = self
    }

    // MARK: Start

    /// Listens for the runtime, then asks `launch` to start the process with that port.
    func start(launch: @escaping (_ runtimeAPIPort: Int, _ attempt: Int) -> Bool) {
        self.launch = launch
        self.record(.environmentStarting(environment: self.id.number))
        self.setTimer(self.function.initLimit)
        HTTP1Listener.bind(
            host: "127.0.0.1",
            port: 0,
            router: self.session,
            connections: self.connections,
            bounds: .runtimes,
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
                self.couldNotStart("no port for its Runtime API: \(error)")
            }
        }
    }

    private func startProcess() {
        self.attempt += 1
        self.group = nil
        guard let port = self.listener?.localAddress?.port, self.launch?(port, self.attempt) == true else {
            return self.couldNotStart("too many processes are being started at once")
        }
    }

    func assign(_ delivery: Delivery) {
        self.delivery = delivery
        // A runtime whose `/next` broke may not come back for it. Its delivery sets the deadline anew.
        if self.initDuration != nil { self.setTimer(delivery.invocation.timeout) }
        delivery.relay.onProcessFault { [weak self] in self?.suffer($0) }
        self.session.assign(delivery.invocation, relay: delivery.relay)
        if delivery.relay.isOver { delivery.tail?.finish() }
    }

    // MARK: The process

    func processStarted(_ group: ProcessGroup, attempt: Int) {
        guard attempt == self.attempt else { return group.kill() }
        self.group = group
        if self.endingReason != nil || self.isReplacing { group.kill() }
    }

    func processCouldNotStart(_ reason: String, attempt: Int) {
        if attempt == self.attempt { self.couldNotStart(reason) }
    }

    private func couldNotStart(_ reason: String) {
        self.giveUp(reason: reason) { .invalidEntrypoint(requestID: $0, reason: reason) }
        self.becomeGone()
    }

    /// The process is gone, but its last bytes may still be in our sockets: a response may be whole although its
    /// writer ended right behind it.
    func processEnded(_ exit: InvocationFailure.Exit, attempt: Int) {
        guard attempt == self.attempt else { return }
        // Whatever it started shares its group, and must not outlive it.
        self.group?.kill()
        if self.endingReason == nil, case .startAnother = self.session.processGone() {
            self.isReplacing = false
            // What the old process still had to say is not its successor's word.
            self.connections.closeAll()
            return self.startProcess()
        }
        self.processIsGone = true
        if self.initDuration != nil, self.current == nil {
            // It was idle: nobody may be sent to it while its connections are waited for.
            self.owner?.environmentIsUnusable(self)
        }
        self.readLastBytes(exit)
    }

    private func readLastBytes(_ exit: InvocationFailure.Exit) {
        let patience = TimeAmount.milliseconds(Int64(Limits.lastBytesMilliseconds))
        self.connections.whenEmpty(orAfter: patience, on: self.eventLoop) {
            // A caller who reads slowly gets what is left. Its function's deadline is the bound of that.
            if self.connections.count > 0, self.session.isHeldUpByCaller { return self.readLastBytes(exit) }
            self.readLastOutput {
                self.giveUp(reason: exit.description) { .runtimeExited(requestID: $0, exit) }
                self.becomeGone()
            }
        }
    }

    private func readLastOutput(_ then: @escaping () -> Void) {
        guard let output = self.output else { return then() }
        let patience = TimeAmount.milliseconds(Int64(Limits.lastOutputMilliseconds))
        output.whenEnded(orAfter: patience, on: self.eventLoop, then)
    }

    /// Ends the process group at once. A caller who waits is told `failure`.
    func end(reason: String, isTimeout: Bool = false, failure: (_ requestID: String) -> InvocationFailure) {
        self.giveUp(reason: reason, isTimeout: isTimeout, failure)
        // Once it is gone, its number may be another process's.
        if !self.processIsGone { self.group?.kill() }
    }

    func giveUp(reason: String, isTimeout: Bool = false, _ failure: (_ requestID: String) -> InvocationFailure) {
        guard self.endingReason == nil else { return }
        self.endingReason = reason
        self.stopTimer()
        self.session.end(isTimeout: isTimeout, failure)
        self.finishInvocation()
        self.owner?.environmentIsUnusable(self)
    }

    private func becomeGone() {
        guard !self.isGone else { return }
        self.isGone = true
        self.launch = nil
        self.listener?.close(promise: nil)
        self.connections.closeAll()
        self.record(.environmentEnded(environment: self.id.number, reason: self.endingReason ?? "stopped"))
        self.owner?.environmentIsGone(self)
    }

    /// It is told to exit by the protocol; one that does not is ended.
    func expectExit() {
        self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(Limits.initErrorExitMilliseconds))) {
            if !self.processIsGone { self.group?.kill() }
        }
    }

    var peakMegabytes: Int? { self.group.flatMap { ProcessMemory.peakMegabytes(of: $0.id) } }

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

    /// The first process is on its way out, and another will take its place.
    private var isReplacing = false

    private func timeIsOver() {
        switch self.session.deadlinePassed() {
        case .replaceProcess:
            self.isReplacing = true
            self.record(.initReport(LogEvent.InitReport(duration: .now() - self.initStartedAt)))
            self.beginSecondInit()
            self.group?.kill()
        case .end:
            self.current?.timedOut = true
            let milliseconds = self.function.timeout.nanoseconds / 1_000_000
            self.end(reason: self.initDuration == nil ? "initialisation timed out" : "timed out", isTimeout: true) {
                .timedOut(requestID: $0, timeoutMilliseconds: milliseconds)
            }
        }
    }
}
