// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceRuntimeAPI

/// Gives everything that happens its time: the one place that every view of the service reads from.
final class EventLog {
    private let onEvent: @Sendable (LogEvent) -> Void

    /// - Parameter onEvent: called on the service's event loop for each event; it must not block.
    init(onEvent: @escaping @Sendable (LogEvent) -> Void) { self.onEvent = onEvent }

    @discardableResult
    func record(_ kind: LogEvent.Kind, function: String? = nil, environment: Int? = nil) -> LogEvent {
        var event = LogEvent(epochMilliseconds: WallClock.epochMilliseconds(), function: function, kind: kind)
        event.environment = environment
        self.onEvent(event)
        return event
    }
}
