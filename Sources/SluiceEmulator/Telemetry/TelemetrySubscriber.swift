// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// Gathers and delivers events for one extension, as its machine says.
final class TelemetrySubscriber {
    let name: String
    private let subscription: TelemetrySubscription
    private let eventLoop: any EventLoop
    private let delivery: TelemetryDelivery
    private let onTrouble: (String) -> Void
    private var machine: TelemetryBufferMachine
    /// Those under way first.
    private var waiting: CircularBuffer<ByteBuffer> = []
    private var timer: Scheduled<Void>?
    private var isEnded = false

    init(
        _ name: String,
        _ subscription: TelemetrySubscription,
        on eventLoop: any EventLoop,
        onTrouble: @escaping (String) -> Void
    ) {
        self.name = name
        self.subscription = subscription
        self.eventLoop = eventLoop
        self.onTrouble = onTrouble
        self.delivery = TelemetryDelivery(to: subscription.destination, on: eventLoop)
        self.machine = TelemetryBufferMachine(
            maximumItems: subscription.maximumItems,
            maximumBytes: subscription.maximumBytes,
            waitingBytes: Limits.maximumWaitingTelemetryBytes,
            attempts: Limits.telemetryAttempts
        )
    }

    func send(_ event: TelemetryEvent) {
        guard !self.isEnded, self.subscription.types.contains(event.category) else { return }
        self.tellOfDropped()
        self.append(event.json(hasStructuredLines: self.subscription.hasStructuredLines))
    }

    private func tellOfDropped() {
        guard let dropped = self.machine.takeDropped() else { return }
        self.onTrouble("\(dropped.records) events of telemetry (\(dropped.bytes) B) did not reach \(self.name)")
        guard self.subscription.types.contains(.platform) else { return }
        let now = WallClock.epochMilliseconds()
        let event = TelemetryEvent.logsDropped(records: dropped.records, bytes: dropped.bytes, at: now)
        self.append(event.json(hasStructuredLines: true))
    }

    private func append(_ event: ByteBuffer) {
        switch self.machine.recorded(bytes: event.readableBytes) {
        case .drop:
            break
        case .keep:
            self.waiting.append(event)
        case .keepAndStartTimer:
            self.waiting.append(event)
            self.startTimer()
        case .keepAndSend(let count):
            self.waiting.append(event)
            self.deliver(count)
        }
    }

    private func startTimer() {
        let delay = TimeAmount.milliseconds(Int64(self.subscription.timeoutMilliseconds))
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.act(on: self.machine.timerFired()) }
    }

    func flush() { self.act(on: self.machine.flushed()) }

    private func act(on decision: TelemetryBufferMachine.OnTimer) {
        switch decision {
        case .send(let count): self.deliver(count)
        case .nothing: break
        }
    }

    private func deliver(_ count: Int) {
        self.timer?.cancel()
        self.timer = nil
        guard !self.isEnded else { return }
        self.delivery.deliver(self.waiting.prefix(count)) { problem in
            guard !self.isEnded else { return }
            if let problem { self.failed(problem) } else { self.go(on: self.machine.delivered()) }
        }
    }

    private func failed(_ problem: String) {
        let decision = self.machine.failed()
        if case .retry(_, attempt: 2) = decision {
            self.onTrouble("\(self.name) did not take its telemetry, and it is tried again: \(problem)")
        }
        self.go(on: decision)
    }

    private func go(on decision: TelemetryBufferMachine.OnSent) {
        switch decision {
        case .rest(let count):
            self.waiting.removeFirst(count)
            self.tellOfDropped()
        case .startTimer(let count):
            self.waiting.removeFirst(count)
            self.startTimer()
        case .send(let count, let next):
            self.waiting.removeFirst(count)
            self.deliver(next)
        case .retry(let count, _):
            let pause = TimeAmount.milliseconds(Int64(Limits.telemetryRetryMilliseconds))
            self.eventLoop.assumeIsolated().scheduleTask(in: pause) { self.deliver(count) }
        }
    }

    func end() {
        self.isEnded = true
        self.timer?.cancel()
        self.timer = nil
        self.waiting = []
        self.delivery.close()
    }
}
