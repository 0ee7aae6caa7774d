// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CAffinity

/// Which CPUs the two sides of a measurement run on.
///
/// Where two processes answer each other, most of the time is spent in waking the other one, and that takes several
/// times as long on another CPU as on the same. Left alone, the scheduler changes its mind about that from one process
/// to the next, and with it the figures change by a factor of two or three.
struct Placement {
    /// Whether the measuring side and the measured process have a CPU each.
    let isPinned: Bool

    init(isWanted: Bool) { self.isPinned = isWanted && affinity_cpu_count() >= 2 }

    private static let measuring: Int32 = 0
    private static let measured: Int32 = 1
    private static let anywhere: Int32 = -1

    /// Starts what is measured.
    func start<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard self.isPinned else { return try body() }
        _ = affinity_use_cpu(Self.measured)
        defer { _ = affinity_use_cpu(Self.measuring) }
        return try body()
    }

    /// Frees this process again, for what has more parties than two.
    static func free() { _ = affinity_use_cpu(self.anywhere) }
}
