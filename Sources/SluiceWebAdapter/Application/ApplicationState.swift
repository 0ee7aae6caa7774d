// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import Synchronization

/// What those who serve and the one who watches the application's process tell each other.
package final class ApplicationState: Sendable {
    private struct Value {
        var requests = 0
        /// The process's standard error; `nil` as long as the application is no process of the adapter's.
        var output: ErrorOutput?
        var hasEnded = false
    }

    private let value = Mutex(Value())

    package init() {}

    func requestBegan() { self.value.withLock { $0.requests += 1 } }
    func requestEnded() { self.value.withLock { $0.requests -= 1 } }
    private var isBusy: Bool { self.value.withLock { $0.requests > 0 } }

    /// Returns when nobody is being served.
    func awaitIdle() async throws {
        while self.isBusy { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// It is a process of the adapter's, whose end is heard of.
    func applicationStarted(_ output: ErrorOutput) { self.value.withLock { $0.output = output } }
    private var isChild: Bool { self.value.withLock { $0.output != nil } }

    /// The last that the application has written to its standard error; `nil` if that is not known.
    var lastLines: [String]? { self.value.withLock { $0.output }?.lastLines }

    /// A connection broke. If that is because the process has ended, this returns when it is known; it takes a moment longer.
    func awaitEnd(on loop: any EventLoop) async {
        guard self.isChild else { return }
        for _ in 0..<(AdapterLimits.endNoticeMilliseconds / 5) where !self.hasEnded {
            try? await Timer.sleep(milliseconds: 5, on: loop)
        }
    }

    func applicationEnded() { self.value.withLock { $0.hasEnded = true } }
    var hasEnded: Bool { self.value.withLock { $0.hasEnded } }
}
