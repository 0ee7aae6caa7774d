// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceServiceWire

/// A function's pool: that of Managed Instances where it is one of theirs, and otherwise the one of Lambda's default.
struct FunctionPool: ~Copyable {
    private var single: PoolMachine
    private var managed: ManagedPoolMachine?

    init(_ function: FunctionConfiguration) {
        self.single = PoolMachine(limit: function.concurrency, reuses: !function.startsCold)
        self.managed = function.managedConcurrency.map {
            ManagedPoolMachine(limit: function.concurrency, workers: $0)
        }
    }

    /// - Parameter tenant: whose invocation it is, where tenants are isolated.
    mutating func acquire(for tenant: String?) -> PoolMachine.OnAcquire {
        self.managed?.acquire() ?? self.single.acquire(for: tenant)
    }

    /// - Parameter place: that of who waits no more, among all who wait.
    mutating func waitedLongEnough(at place: Int) -> PoolMachine.OnAcquire {
        self.managed?.waitedLongEnough() ?? self.single.waitedLongEnough(at: place)
    }

    mutating func gaveUpWaiting() {
        self.managed?.gaveUpWaiting()
        self.single.gaveUpWaiting()
    }

    mutating func ready(_ environment: PoolMachine.EnvironmentID) { self.managed?.ready(environment) }

    /// The caller has heard how an invocation ended, with which it is over on Managed Instances.
    mutating func responseFinished(_ environment: PoolMachine.EnvironmentID) -> PoolMachine.OnReleased {
        if let released = self.managed?.invocationFinished(environment) { return released }
        self.single.responseFinished(environment)
        return .ignore
    }

    /// The runtime, or one of its workers, waits for an invocation.
    mutating func released(_ environment: PoolMachine.EnvironmentID) -> PoolMachine.OnReleased {
        self.managed?.workerIsIdle(environment) ?? self.single.released(environment)
    }

    mutating func workerLost(_ environment: PoolMachine.EnvironmentID) { self.managed?.workerLost(environment) }

    mutating func idleTooLong(_ environment: PoolMachine.EnvironmentID) -> PoolMachine.OnIdleTooLong {
        self.managed?.idleTooLong(environment) ?? self.single.idleTooLong(environment)
    }

    /// One to end, of the idle environments of too many tenants.
    mutating func surplusIdle() -> PoolMachine.EnvironmentID? { self.single.surplusIdle() }

    mutating func renewed() -> PoolMachine.OnRenewed { self.managed?.renewed() ?? self.single.renewed() }

    mutating func ended(_ environment: PoolMachine.EnvironmentID) {
        self.managed?.ended(environment)
        self.single.ended(environment)
    }

    var isQuiet: Bool {
        self.managed.map { $0.servingCount == 0 } ?? (self.single.busyCount + self.single.retiringCount == 0)
    }
    /// Invocations whose callers wait for an answer, or get one.
    var servingCount: Int { self.managed?.servingCount ?? self.single.servingCount }
    /// How many environments there have been.
    var startedCount: Int { self.managed?.startedCount ?? self.single.startedCount }
}
