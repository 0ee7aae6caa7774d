// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// A point on the monotonic clock.
package struct Moment: Comparable, Sendable {
    private let nanoseconds: Int64

    package static func now() -> Self {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Self(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package func seconds(since earlier: Self) -> Double { Double(self.nanoseconds - earlier.nanoseconds) / 1e9 }
    package func milliseconds(since earlier: Self) -> Double { self.seconds(since: earlier) * 1e3 }
    package func microseconds(since earlier: Self) -> Double { self.seconds(since: earlier) * 1e6 }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// Milliseconds since 1970, as Lambda gives deadlines.
package func wallClockMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
