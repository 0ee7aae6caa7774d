// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceHTTP1
internal import SluiceRuntimeAPI
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

/// One process of a function with a Runtime API of its own, on the service's event loop.
final class ExecutionEnvironment {
    let id: PoolMachine.EnvironmentID
    let function: FunctionConfiguration
    let eventLoop: any EventLoop
    private let session = RuntimeAPISession()
    private let connections = ConnectionSet()
    private let log: EventLog
    private weak var owner: (any ExecutionEnvironmentOwner)?

    private var listener: (any Channel)?
    private var group: ProcessGroup?
    private var endingReason: String?
    private var isGone = false
    /// The end of initialisation or of the invocation under way.
    private var deadline: Scheduled<Void>?

    private let startedAt = NIODeadline.now()
    private var initDuration: TimeAmount?
    private var current: CurrentInvocation?

    private struct CurrentInvocation {
        let invocation: Invocation
        let deliveredAt: NIODeadline
        var relay: InvocationRelay?
        var failure: InvocationFailure?
        var timedOut = false
    }

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
    func start(launch: @escaping (_ runtimeAPIPort: Int) -> Bool) {
        self.record(.environmentStarting(environment: self.id.number))
        let allowance = TimeAmount.milliseconds(Int64(Limits.initMilliseconds)) + self.function.timeout
        self.setDeadline(after: allowance)
        HTTP1Listener.bind(
            host: "127.0.0.1",
            port: 0,
            router: self.session,
            connections: self.connections,
            on: self.eventLoop
        ).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                self.listener = channel
                guard self.endingReason == nil else { return self.becomeGone() }
                guard let port = channel.localAddress?.port, launch(port) else {
                    return self.processCouldNotStart("too many processes are being started at once")
                }
            case .failure(let error):
                self.processCouldNotStart("no port for its Runtime API: \(error)")
            }
        }
    }

    func assign(_ invocation: Invocation, relay: InvocationRelay) {
        // A runtime whose `/next` broke may not come back for it. Its delivery sets the deadline anew.
        if self.initDuration != nil { self.setDeadline(after: invocation.timeout) }
        self.session.assign(invocation, relay: relay)
    }

    // MARK: The process

    func processStarted(_ group: ProcessGroup) {
        self.group = group
        if self.endingReason != nil { group.kill() }
    }

    func processCouldNotStart(_ reason: String) {
        self.giveUp(reason: reason) { .invalidEntrypoint(requestID: $0, reason: reason) }
        self.becomeGone()
    }

    /// The process is gone, but its last bytes may still be in our sockets: a response may be whole although its
    /// writer ended right behind it.
    func processEnded(_ exit: InvocationFailure.Exit) {
        // Whatever it started shares its group, and must not outlive it.
        self.group?.kill()
        if self.initDuration != nil, self.current == nil {
            // It was idle: nobody may be sent to it while its connections are waited for.
            self.owner?.environmentIsUnusable(self)
        }
        self.connections.whenEmpty(orAfter: .milliseconds(Int64(Limits.lastBytesMilliseconds)), on: self.eventLoop) {
            self.giveUp(reason: exit.description) { .runtimeExited(requestID: $0, exit) }
            self.becomeGone()
        }
    }

    /// Ends the process group at once. A caller who waits is told `failure`.
    func end(reason: String, failure: (_ requestID: String) -> InvocationFailure) {
        self.giveUp(reason: reason, failure)
        self.group?.kill()
    }

    private func giveUp(reason: String, _ failure: (_ requestID: String) -> InvocationFailure) {
        guard self.endingReason == nil else { return }
        self.endingReason = reason
        self.deadline?.cancel()
        self.deadline = nil
        self.session.end(failure)
        self.finishInvocation()
        self.owner?.environmentIsUnusable(self)
    }

    private func becomeGone() {
        guard !self.isGone else { return }
        self.isGone = true
        self.listener?.close(promise: nil)
        self.connections.closeAll()
        self.record(.environmentEnded(environment: self.id.number, reason: self.endingReason ?? "stopped"))
        self.owner?.environmentIsGone(self)
    }

    // MARK: Time

    private func setDeadline(after allowance: TimeAmount) {
        self.deadline?.cancel()
        self.deadline = self.eventLoop.assumeIsolated().scheduleTask(in: allowance) { self.deadlinePassed() }
    }

    private func deadlinePassed() {
        self.current?.timedOut = true
        let milliseconds = self.function.timeout.nanoseconds / 1_000_000
        self.end(reason: self.initDuration == nil ? "initialisation timed out" : "timed out") {
            .timedOut(requestID: $0, timeoutMilliseconds: milliseconds)
        }
    }

    // MARK: The log

    func record(_ kind: LogEvent.Kind) { self.log.record(kind, function: self.function.name) }

    private func finishInvocation() {
        guard let current = self.current else { return }
        self.current = nil
        let requestID = current.invocation.requestID
        self.record(.end(requestID: requestID))
        self.record(
            .report(
                LogEvent.Report(
                    requestID: requestID,
                    duration: .now() - current.deliveredAt,
                    initDuration: self.initDurationToReport(),
                    memoryMegabytes: self.function.memoryMegabytes,
                    maximumMemoryUsedMegabytes: self.group.flatMap { ProcessMemory.peakMegabytes(of: $0.id) },
                    producedBytes: current.relay?.bytes ?? 0,
                    timedOut: current.timedOut,
                    errorType: current.failure?.errorType
                )
            )
        )
    }

    private var initWasReported = false

    /// Only the first invocation of an environment reports its initialisation.
    private func initDurationToReport() -> TimeAmount? {
        guard !self.initWasReported else { return nil }
        self.initWasReported = true
        return self.initDuration
    }
}

extension ExecutionEnvironment: RuntimeAPISessionDelegate {
    func runtimeFinishedInit() {
        self.deadline?.cancel()
        let duration = .now() - self.startedAt
        self.initDuration = duration
        self.record(.initFinished(environment: self.id.number, after: duration))
    }

    func invocationDelivered(_ invocation: Invocation) {
        self.current = CurrentInvocation(invocation: invocation, deliveredAt: .now())
        self.record(.start(requestID: invocation.requestID))
        self.setDeadline(after: invocation.timeout)
    }

    func responseFinished(_ invocation: Invocation, relay: InvocationRelay, failure: InvocationFailure?) {
        self.current?.relay = relay
        self.current?.failure = failure
        if let failure {
            self.record(
                .invocationFailed(
                    requestID: invocation.requestID,
                    errorType: failure.errorType,
                    message: failure.message
                )
            )
        }
        self.owner?.environmentFinishedResponse(self)
    }

    func invocationFinished() {
        self.deadline?.cancel()
        self.finishInvocation()
        self.owner?.environmentIsFree(self)
    }

    func runtimeFailedInit(_ failure: InvocationFailure) {
        self.giveUp(reason: "initialisation failed: \(failure.errorType)") { _ in failure }
        // It is told to exit by the protocol; one that does not is ended.
        self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(Limits.initErrorExitMilliseconds))) {
            // Once it is gone, its number may be another process's.
            if !self.isGone { self.group?.kill() }
        }
    }
}
