// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire

/// What environments tell their function.
extension FunctionService: ExecutionEnvironmentOwner {
    func environmentStirs(_ environment: ExecutionEnvironment) {
        environment.mayHaveWritten = true
        if self.isWatched { self.onStir() }
    }

    func environmentFinishedInit(_ environment: ExecutionEnvironment) { self.pool.ready(environment.id) }

    func environmentFinishedResponse(_ environment: ExecutionEnvironment) {
        let released = self.pool.responseFinished(environment.id)
        guard self.configuration.managedConcurrency != nil else { return }
        // Its last words are read before it is ended.
        if case .end = released {
            self.eventLoop.assumeIsolated().execute { self.endRetired(environment) }
        }
        self.noteProgressOfStop()
    }

    func environmentLostWorker(_ environment: ExecutionEnvironment) { self.pool.workerLost(environment.id) }

    func environmentIsFree(_ environment: ExecutionEnvironment) {
        switch self.pool.released(environment.id) {
        case .handToWaiting:
            let tenant = environment.id.tenant
            guard let place = self.waiting.firstIndex(where: { $0.delivery.invocation.tenantID == tenant }) else {
                break
            }
            let first = self.waiting.remove(at: place)
            first.grace.cancel()
            environment.assign(first.delivery)
        case .makeRoomForWaiting(let place):
            self.waitedLongEnough(at: place)
            self.endSurplus()
        case .end:
            self.endRetired(environment)
        case .keepIdle:
            self.endSurplus()
        case .ignore:
            break
        }
        self.noteProgressOfStop()
    }

    /// Each tenant has its own, so that idle ones could fill the machine.
    private func endSurplus() {
        guard let surplus = self.pool.surplusIdle() else { return }
        let reason = "more environments are idle than may be busy"
        self.environments[surplus]?.end(reason: reason) { .serviceStopped(requestID: $0) }
    }

    func environmentIsIdleTooLong(_ environment: ExecutionEnvironment) {
        switch self.pool.idleTooLong(environment.id) {
        case .end: environment.end(reason: "idle for too long") { .serviceStopped(requestID: $0) }
        case .ignore: break
        }
    }

    func environmentIsUnusable(_ environment: ExecutionEnvironment) {
        if environment.isReset, !environment.hasSuccessor, !environment.isOfOldCode, self.configuration.resets {
            environment.hasSuccessor = true
            self.folders.expectSuccessor(for: environment.id.tenant, atMost: self.configuration.concurrency)
        }
        self.pool.ended(environment.id)
        self.noteProgressOfStop()
    }

    func environmentIsGone(_ environment: ExecutionEnvironment) {
        self.environments[environment.id] = nil
        let place = environment.place
        self.removeGroups(place.groups)
        let leaves = environment.hasSuccessor && !environment.isOfOldCode && !self.isStopping
        self.folders.giveBack(
            EnvironmentFolders.Inheritance(
                tenant: environment.id.tenant,
                folder: place.folder,
                logStream: place.logStream
            ),
            leaves: leaves
        )
        self.noteProgressOfStop()
    }
}
