// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The events of one environment on their way to the extensions that subscribed to them. Lives on the event loop.
final class TelemetryFeed {
    private let eventLoop: any EventLoop
    private var subscribers: [TelemetrySubscriber] = []
    /// What came while extensions could still subscribe: who does gets it too.
    private var early: [(event: TelemetryEvent, bytes: Int)] = []
    private var earlyBytes = 0
    private var isOpen = true
    /// Of the invocation that was begun last.
    var traceID = ""
    /// When the runtime was through with its invocation, where extensions may still be at work.
    var runtimeDoneAt: TelemetryMoment?
    /// `init`, or `snap-start` before a snapshot; `invoke` once an initialisation is done in the time of an invocation.
    var initPhase = "init"

    init(on eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Somebody hears of events, or may come to.
    var isHeard: Bool { self.isOpen || !self.subscribers.isEmpty }

    func send(_ event: @autoclosure () -> TelemetryEvent) {
        guard self.isHeard else { return }
        let event = event()
        for subscriber in self.subscribers { subscriber.send(event) }
        guard self.isOpen else { return }
        let bytes = event.json(hasStructuredLines: true).readableBytes
        guard self.earlyBytes + bytes <= Limits.maximumEarlyTelemetryBytes else { return }
        self.early.append((event, bytes))
        self.earlyBytes += bytes
    }

    /// One extension has one subscription: a second takes the place of the first.
    ///
    /// - Parameter onTrouble: told, for people, what became of a delivery.
    func subscribe(
        _ name: String,
        to subscription: TelemetrySubscription,
        onTrouble: @escaping (String) -> Void
    ) -> ExtensionRefusal? {
        guard self.isOpen else { return .subscriptionClosed }
        if let index = self.subscribers.firstIndex(where: { $0.name == name }) {
            self.subscribers.remove(at: index).end()
        }
        let subscriber = TelemetrySubscriber(name, subscription, on: self.eventLoop, onTrouble: onTrouble)
        self.subscribers.append(subscriber)
        for (event, _) in self.early { subscriber.send(event) }
        return nil
    }

    /// The initialisation is over, and with it the time to subscribe.
    func closeSubscriptions() {
        self.isOpen = false
        self.early = []
        self.earlyBytes = 0
    }

    /// The processes of the environment are replaced: who comes now subscribes anew, and learns what comes now.
    func reset() {
        self.end()
        self.isOpen = true
    }

    /// The environment is about to end: nothing waits for more.
    func flush() {
        for subscriber in self.subscribers { subscriber.flush() }
    }

    func end() {
        for subscriber in self.subscribers { subscriber.end() }
        self.subscribers = []
        self.closeSubscriptions()
    }
}

/// A moment as telemetry needs it: to be told, and to be measured from.
struct TelemetryMoment {
    private let moment: NIODeadline
    private let epochMilliseconds: Int64

    init(_ moment: NIODeadline) {
        self.moment = moment
        self.epochMilliseconds = WallClock.epochMilliseconds() - (.now() - moment).nanoseconds / 1_000_000
    }

    /// From then until now.
    func span(_ name: TelemetrySpan.Name) -> TelemetrySpan {
        TelemetrySpan(name, startEpochMilliseconds: self.epochMilliseconds, duration: .now() - self.moment)
    }
}
