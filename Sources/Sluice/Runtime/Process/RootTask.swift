// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The only unstructured task of the runtime: there is no task yet on the thread that becomes the event loop, so one
/// has to begin. Everything else is its child, and when it ends the process ends.
enum RootTask {
    static func start(on executor: LoopExecutor, _ operation: @escaping @Sendable () async -> Void) {
        _ = Task(name: "sluice runtime", executorPreference: executor, operation: operation)
    }
}
