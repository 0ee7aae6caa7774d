// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceEmulator
internal import Synchronization

/// Knows which responses are through, as the service's log tells it, so that "live" can be judged by the order of
/// events: bytes were live if their caller had them before the response had ended.
final class DemoWitness: Sendable {
    private let endedTargets = Mutex<Set<String>>([])

    /// Whether the response to the request for this target is through. Each target is requested only once.
    func hasEnded(_ target: String) -> Bool { self.endedTargets.withLock { $0.contains(target) } }

    func saw(_ event: LogEvent) {
        guard case .request(let summary) = event.kind else { return }
        _ = self.endedTargets.withLock { $0.insert(summary.target) }
    }
}
