// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Synchronization

/// What those who serve and the one who watches the application's process tell each other.
package final class ApplicationState: Sendable {
    private struct Value {
        var requests = 0
        var hasEnded = false
    }

    private let value = Mutex(Value())

    package init() {}

    func requestBegan() { self.value.withLock { $0.requests += 1 } }
    func requestEnded() { self.value.withLock { $0.requests -= 1 } }
    var isBusy: Bool { self.value.withLock { $0.requests > 0 } }

    func applicationEnded() { self.value.withLock { $0.hasEnded = true } }
    var hasEnded: Bool { self.value.withLock { $0.hasEnded } }
}
