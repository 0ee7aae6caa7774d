// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Who owns an environment, and decides what it does next.
protocol ExecutionEnvironmentOwner: AnyObject {
    func environmentFinishedInit(_ environment: ExecutionEnvironment)
    func environmentFinishedResponse(_ environment: ExecutionEnvironment)
    /// Its processes begin to run, or go on.
    func environmentStirs(_ environment: ExecutionEnvironment)
    /// The environment, or one of its workers, has nothing to do.
    func environmentIsFree(_ environment: ExecutionEnvironment)
    /// An idle worker is no more there.
    func environmentLostWorker(_ environment: ExecutionEnvironment)
    /// Nobody has needed it for as long as one may be idle.
    func environmentIsIdleTooLong(_ environment: ExecutionEnvironment)
    /// It takes no invocation any more; its process may still be about to end.
    func environmentIsUnusable(_ environment: ExecutionEnvironment)
    /// Process and listener are gone.
    func environmentIsGone(_ environment: ExecutionEnvironment)
}
