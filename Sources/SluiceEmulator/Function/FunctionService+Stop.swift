// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceServiceWire

/// The end of a function: invocations under way run on for a while, then its environments are ended.
extension FunctionService {
    private var isQuiet: Bool { self.pool.isQuiet }

    /// Lets invocations under way run on for `drain`, then ends every environment. Done when all are gone.
    func stop(drain: TimeAmount) -> EventLoopFuture<Void> {
        self.isStopping = true
        self.asynchronous.stop()
        let waiting = self.waiting
        self.waiting = []
        for waiting in waiting {
            waiting.grace.cancel()
            self.pool.gaveUpWaiting()
            waiting.delivery.failForStop()
        }
        let quiet = self.eventLoop.makePromise(of: Void.self)
        if self.isQuiet {
            quiet.succeed()
        } else {
            self.whenQuiet.append(quiet)
            self.eventLoop.assumeIsolated().scheduleTask(in: drain) { self.becomeQuiet() }
        }
        let gone = self.eventLoop.makePromise(of: Void.self)
        quiet.futureResult.assumeIsolated().whenComplete { _ in
            guard !self.environments.isEmpty else { return gone.succeed() }
            self.whenGone.append(gone)
            for environment in Array(self.environments.values) {
                environment.life.isInHurry = self.isHurried
                environment.end(reason: "the service stopped") { .serviceStopped(requestID: $0) }
            }
        }
        return gone.futureResult
    }

    /// Neither invocations under way nor extensions are waited for any more.
    func hurry() {
        self.isHurried = true
        self.becomeQuiet()
        for environment in Array(self.environments.values) { environment.hurry() }
    }

    /// Invocations under way are waited for no more.
    private func becomeQuiet() {
        let promises = self.whenQuiet
        self.whenQuiet = []
        for promise in promises { promise.succeed() }
    }

    func noteProgressOfStop() {
        if self.isQuiet { self.becomeQuiet() }
        if self.environments.isEmpty {
            let promises = self.whenGone
            self.whenGone = []
            for promise in promises { promise.succeed() }
        }
    }
}
