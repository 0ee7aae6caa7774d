// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Synchronization

/// What a function wants to be told of the life of its process. It is given to `setUp`, so that what is called later can
/// use what `setUp` made.
///
/// ```swift
/// LambdaFunction(
///     setUp: { lifecycle in
///         let store = try await Store.connect()
///         lifecycle.onShutdown { await store.close() }
///         return store
///     },
///     { store, event, context in .bytes(try await store.answer(to: event)) }
/// ).run()
/// ```
///
/// After `setUp` has returned nothing can be added any more, and what is added then is ignored.
public final class FunctionLifecycle: Sendable {
    package typealias Work = @Sendable () async throws -> Void

    package struct Hooks: Sendable {
        package var shutdown: [Work] = []
        package var checkpoint: [Work] = []
        package var restore: [Work] = []
    }

    private let hooks = Mutex<Hooks?>(Hooks())

    init() {}

    /// Work for the end of the process: to flush, to close.
    ///
    /// Lambda ends an environment that nobody needs any more, and tells a process by `SIGTERM` only when an extension is
    /// registered; so the runtime then registers an internal one, without events. It costs one request at start. There
    /// are at most 500 ms for all of the work (300 ms beside external extensions), and the last that was added is the
    /// first to run. What it throws is logged.
    ///
    /// (Lambda Developer Guide, "Lambda execution environment lifecycle", Shutdown phase.)
    public func onShutdown(_ work: @escaping @Sendable () async throws -> Void) {
        self.hooks.withLock { $0?.shutdown.append(work) }
    }

    /// With SnapStart, work for the time just before the snapshot is taken: to close connections, to forget secrets.
    /// When it throws, initialisation has failed.
    public func beforeCheckpoint(_ work: @escaping @Sendable () async throws -> Void) {
        self.hooks.withLock { $0?.checkpoint.append(work) }
    }

    /// With SnapStart, work for each environment that begins from the snapshot: to connect, to draw new random numbers.
    /// When it throws, the environment has failed.
    public func afterRestore(_ work: @escaping @Sendable () async throws -> Void) {
        self.hooks.withLock { $0?.restore.append(work) }
    }

    /// All of them; none can be added any more.
    func close() -> Hooks {
        self.hooks.withLock { hooks in
            defer { hooks = nil }
            return hooks ?? Hooks()
        }
    }
}
