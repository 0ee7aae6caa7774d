// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Work that ends only when it is cancelled, and then says so.
package func workUntilCancelled() async throws {
    // A stream that nobody writes to ends with its reader's task.
    let (nothing, _) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    for await _ in nothing {}
    throw CancellationError()
}

/// Work that takes so long, whether it is cancelled or not, and lets other tasks run meanwhile.
package func work(for duration: Duration) async {
    let end = ContinuousClock.now + duration
    while ContinuousClock.now < end { await Task.yield() }
}

/// Work that takes so long and lets nobody have the thread meanwhile.
package func workOnTheThread(for duration: Duration) {
    let end = ContinuousClock.now + duration
    while ContinuousClock.now < end {}
}
