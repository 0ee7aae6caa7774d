// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// What the Telemetry API tells of an environment.
extension ExecutionEnvironment {
    /// Passes on what has just been entered into the log.
    func observe(_ kind: LogEvent.Kind, at time: Int64) {
        let tails = self.function.logsJSON ? self.tails(of: kind) : []
        guard self.telemetry.isHeard || !tails.isEmpty else { return }
        switch kind {
        case .start(let requestID):
            let current = self.managed?.entries[requestID]?.current ?? self.current
            let traceID = current?.invocation.traceID ?? ""
            self.telemetry.traceID = traceID
            self.tell(.start(requestID: requestID, traceID: traceID, at: time), tails)
        case .output(_, let line):
            self.telemetry.send(.line(line, of: .function, isJSON: self.function.logsJSON, at: time))
        case .report(let report):
            if let current = self.managed?.entries[report.requestID]?.current {
                return self.tell(self.managedReport(report, current, at: time), tails)
            }
            let overhead = self.telemetry.runtimeDoneAt.map { $0.span(.extensionOverhead) }
            self.telemetry.runtimeDoneAt = nil
            self.tell(
                .report(report, traceID: self.telemetry.traceID, extensionOverhead: overhead, at: time),
                tails
            )
        case .initReport(let report):
            self.tellOfFailedInit(report)
            self.telemetry.initPhase = "invoke"
        case .extensions(.output(_, _, let line)):
            self.telemetry.send(.line(line, of: .extension, isJSON: self.function.logsJSON, at: time))
        case .extensions(.initialised(_, let report)):
            self.tell(.extension(report, at: time), tails)
        case .extensions(.subscribed(_, let name, let types)):
            self.tell(.subscription(of: name, types: types, at: time), tails)
        default:
            // What only a local service knows, and what is told with more at another place.
            break
        }
    }

    /// Passes an event of the platform on to who subscribed to it, and to the log of a function whose format is JSON.
    private func tell(_ event: TelemetryEvent, _ tails: [LogTail]) {
        self.telemetry.send(event)
        guard event.isLogged else { return }
        for tail in tails { tail.append(String(buffer: event.json(hasStructuredLines: true))) }
    }

    /// The same for what belongs to the one invocation that the environment has.
    private func tell(_ event: @autoclosure () -> TelemetryEvent) {
        guard self.isHeard else { return }
        self.tell(event(), self.jsonTail.map { [$0] } ?? [])
    }

    private var jsonTail: LogTail? { self.function.logsJSON ? self.delivery?.tail : nil }

    private var isHeard: Bool { self.telemetry.isHeard || self.jsonTail != nil }

    // MARK: Initialisation

    /// The initialisation is over. Nobody can subscribe any more.
    func tellOfInit(duration: TimeAmount) {
        let phase = self.telemetry.initPhase
        let type = self.function.initializationType
        self.tell(
            .initRuntimeDone(type: type, phase: phase, status: .success, at: WallClock.epochMilliseconds())
        )
        self.tellOfExtensions()
        let time = WallClock.epochMilliseconds()
        self.tell(.initReport(type: type, phase: phase, status: .success, duration: duration, at: time))
        self.telemetry.closeSubscriptions()
    }

    func tellOfFailedInit(_ report: LogEvent.InitReport) {
        let status: TelemetryStatus = report.errorType == nil ? .timeout : .error
        let errorType = TelemetryEvent.reportedErrorType(report.errorType ?? "Sandbox.Timedout")
        if let began = self.restore?.beganAt {
            return self.tellOfRestore(status, errorType: errorType, duration: .now() - began)
        }
        let phase = self.telemetry.initPhase
        let type = self.function.initializationType
        self.tell(
            .initRuntimeDone(
                type: type,
                phase: phase,
                status: status,
                errorType: errorType,
                at: WallClock.epochMilliseconds()
            )
        )
        self.tellOfExtensions()
        let time = WallClock.epochMilliseconds()
        self.tell(
            .initReport(
                type: type,
                phase: phase,
                status: status,
                errorType: errorType,
                duration: report.duration,
                at: time
            )
        )
    }

    func tellOfRestoreStart() {
        let function = self.function
        let time = WallClock.epochMilliseconds()
        self.tell(
            .restoreStart(function: function.name, memoryMegabytes: function.memoryMegabytes, at: time)
        )
    }

    func tellOfRestore(_ status: TelemetryStatus, errorType: String? = nil, duration: TimeAmount) {
        let time = WallClock.epochMilliseconds()
        self.tell(.restoreRuntimeDone(status: status, errorType: errorType, at: time))
        self.tell(.restoreReport(status: status, errorType: errorType, duration: duration, at: time))
    }

    private func tellOfExtensions() {
        for report in self.extensions?.session.report ?? [] {
            self.record(.extensions(.initialised(environment: self.id.number, report)))
        }
    }

    // MARK: Invocations

    /// The runtime is through with its invocation; extensions may still be at work.
    func runtimeAskedForNext() {
        let askedAt = NIODeadline.now()
        // What it printed before is read first, as for the end of the invocation.
        self.eventLoop.assumeIsolated().execute {
            guard let current = self.current, current.relay != nil else { return }
            self.tellOfRuntime(current, askedAt: askedAt)
            self.current?.runtimeIsDone = true
            let hasExtensions = self.extensions?.session.report.isEmpty == false
            self.telemetry.runtimeDoneAt = hasExtensions ? TelemetryMoment(askedAt) : nil
        }
    }

    /// - Parameter askedAt: when the runtime asked for its next invocation; `nil` if it never did.
    func tellOfRuntime(_ current: CurrentInvocation, askedAt: NIODeadline? = nil) {
        guard self.isHeard, !current.runtimeIsDone else { return }
        let now = NIODeadline.now()
        let spans = Spans(current, askedAt: askedAt, now: now, epochMilliseconds: WallClock.epochMilliseconds())
        self.tell(
            .runtimeDone(
                TelemetryEvent.RuntimeDone(
                    requestID: current.invocation.requestID,
                    traceID: current.invocation.traceID,
                    status: TelemetryStatus(timedOut: current.timedOut, errorType: current.failure?.errorType),
                    errorType: current.failure.map { TelemetryEvent.reportedErrorType($0.errorType) },
                    duration: (askedAt ?? now) - current.startedAt,
                    producedBytes: current.relay?.bytes,
                    spans: spans.all
                ),
                at: WallClock.epochMilliseconds()
            )
        )
    }
}

extension ExecutionEnvironment {
    /// Managed Instances have no `platform.runtimeDone`; what it would say of the response is in the report's spans.
    private func managedReport(
        _ report: LogEvent.Report,
        _ current: CurrentInvocation,
        at time: Int64
    ) -> TelemetryEvent {
        let spans = Spans(current, askedAt: nil, now: .now(), epochMilliseconds: time)
        return .managedReport(
            TelemetryEvent.RuntimeDone(
                requestID: report.requestID,
                traceID: current.invocation.traceID,
                status: TelemetryStatus(timedOut: report.timedOut, errorType: report.errorType),
                errorType: report.errorType.map { TelemetryEvent.reportedErrorType($0) },
                duration: report.duration,
                producedBytes: nil,
                spans: spans.all
            ),
            at: time
        )
    }
}

/// The stretches of one invocation, as far as it came.
private struct Spans {
    private(set) var all: [TelemetrySpan] = []
    private let now: NIODeadline
    private let epochMilliseconds: Int64

    init(_ current: CurrentInvocation, askedAt: NIODeadline?, now: NIODeadline, epochMilliseconds: Int64) {
        self.now = now
        self.epochMilliseconds = epochMilliseconds
        guard let relay = current.relay, let over = relay.overAt else { return }
        // A response without a byte has both at once.
        let first = relay.firstByteAt ?? over
        self.add(.responseLatency, from: current.startedAt, to: first)
        self.add(.responseDuration, from: first, to: over)
        if let askedAt { self.add(.runtimeOverhead, from: over, to: askedAt) }
    }

    private mutating func add(_ name: TelemetrySpan.Name, from start: NIODeadline, to end: NIODeadline) {
        let sinceStart = (self.now - start).nanoseconds / 1_000_000
        self.all.append(
            TelemetrySpan(name, startEpochMilliseconds: self.epochMilliseconds - sinceStart, duration: end - start)
        )
    }
}

extension TelemetryStatus {
    /// `failure` where the environment failed, `error` where the function did.
    init(timedOut: Bool, errorType: String?) {
        guard !timedOut else {
            self = .timeout
            return
        }
        guard let errorType else {
            self = .success
            return
        }
        let isFailure =
            errorType.hasPrefix("Sandbox.") || errorType.hasPrefix("Extension.") || errorType == "Runtime.ExitError"
            || errorType == "Runtime.OutOfMemory"
            || errorType == "Runtime.InvalidEntrypoint" || errorType == "Runtime.InvalidWorkingDir"
        self = isFailure ? .failure : .error
    }
}

extension TelemetryEvent {
    fileprivate static func report(
        _ report: LogEvent.Report,
        traceID: String,
        extensionOverhead: TelemetrySpan?,
        at time: Int64
    ) -> Self {
        .report(
            Report(
                requestID: report.requestID,
                traceID: traceID,
                status: TelemetryStatus(timedOut: report.timedOut, errorType: report.errorType),
                errorType: report.errorType.map { self.reportedErrorType($0) },
                duration: report.duration,
                billedMilliseconds: report.billedMilliseconds,
                memoryMegabytes: report.memoryMegabytes,
                maximumMemoryUsedMegabytes: report.maximumMemoryUsedMegabytes,
                initDuration: report.initDuration,
                restoreDuration: report.restoreDuration,
                extensionOverhead: extensionOverhead
            ),
            at: time
        )
    }
}
