// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ServiceLifecycle
internal import Sluice
internal import Synchronization

/// The function, as one service among others.
final class FunctionService: Service {
    private struct Ended: Error {}

    private let failure: FirstFailure
    private let function: @Sendable (CompanyMembership) async -> RuntimeFailure
    private let reason = Mutex<RuntimeFailure?>(nil)

    init(failure: FirstFailure, function: @escaping @Sendable (CompanyMembership) async -> RuntimeFailure) {
        self.failure = failure
        self.function = function
    }

    /// Why it ended; `nil` when it never began.
    var end: RuntimeFailure? { self.reason.withLock { $0 } }

    func run() async throws {
        let failure = self.failure
        let membership = CompanyMembership(
            mayServe: { failure.first == nil },
            onShutdown: { try? await gracefulShutdown() }
        )
        let end = await self.function(membership)
        self.reason.withLock { $0 = end }
        if case .terminated = end { return }
        // Thrown, so that the group ends what else runs.
        throw Ended()
    }
}

/// The service that failed first: what others do afterwards follows from that.
final class FirstFailure: Sendable {
    private let value = Mutex<(name: String, error: any Error)?>(nil)

    var first: (name: String, error: any Error)? { self.value.withLock { $0 } }

    func record(_ name: String, _ error: any Error) {
        self.value.withLock { $0 = $0 ?? (name, error) }
    }
}
