// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Looks until the condition holds: the kernel tells only a parent of a process's fate.
///
/// - Returns: false when it does not hold in time.
package func eventually(within limit: Duration = .seconds(10), _ condition: () -> Bool) async -> Bool {
    let giveUp = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < giveUp else { return false }
        await Task.yield()
    }
    return true
}
