// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// Gives everything that happens its time and its number: the one place that every view of the service reads from.
///
/// It remembers the last events, so that who comes later, or reads slowly, still gets them.
final class EventLog {
    private let onEvent: @Sendable (LogEvent) -> Void
    private var history = EventHistory<LogEvent>(
        maximumEvents: Limits.maximumRememberedEvents,
        maximumBytes: Limits.maximumRememberedEventBytes
    )
    private var feeds: [ObjectIdentifier: EventFeed] = [:]

    /// - Parameter onEvent: called on the service's event loop for each event; it must not block.
    init(onEvent: @escaping @Sendable (LogEvent) -> Void) { self.onEvent = onEvent }

    @discardableResult
    func record(_ kind: LogEvent.Kind, function: String? = nil, environment: Int? = nil) -> LogEvent {
        var event = LogEvent(epochMilliseconds: WallClock.epochMilliseconds(), function: function, kind: kind)
        event.environment = environment
        self.history.append(event, bytes: event.approximateBytes)
        self.onEvent(event)
        for feed in self.feeds.values { feed.eventCame() }
        return event
    }

    // MARK: Who reads it over HTTP

    var lastNumber: Int { self.history.nextNumber - 1 }
    func next(after number: Int) -> EventHistory<LogEvent>.Next { self.history.next(after: number) }

    func add(_ feed: EventFeed) { self.feeds[ObjectIdentifier(feed)] = feed }
    func remove(_ feed: EventFeed) { self.feeds[ObjectIdentifier(feed)] = nil }

    /// Nothing more is recorded.
    func finishFeeds() {
        for feed in self.feeds.values { feed.finish() }
        self.feeds = [:]
    }
}

extension LogEvent {
    /// About how much memory it takes: what is of any length, and a little for the rest.
    fileprivate var approximateBytes: Int {
        let text =
            switch self.kind {
            case .output(_, let line): line.utf8.count
            case .extensions(.output(_, _, let line)): line.utf8.count
            case .extensions(.failed(_, let failure)): failure.message.utf8.count
            case .note(let text): text.utf8.count
            case .invocationFailed(_, let type, let message): type.utf8.count + message.utf8.count
            case .request(let summary): summary.target.utf8.count
            case .watch(.buildOutput(let line)): line.utf8.count
            default: 0
            }
        return 256 + text
    }
}
