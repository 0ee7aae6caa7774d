// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Numbers that a failed random test can be run again with: its seed is drawn once per run, or read from
/// `SLUICE_TEST_SEED`, and belongs into the test's failure message.
///
///     var random = SeededGenerator()
///     #expect(decode(encode(value)) == value, "\(random)")
package struct SeededGenerator: RandomNumberGenerator, CustomStringConvertible, Sendable {
    package let seed: UInt64
    private var state: UInt64

    /// The seed of this run: `SLUICE_TEST_SEED`, or a new one.
    package static let seedOfThisRun: UInt64 =
        RunEnvironment["SLUICE_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64(UInt32.max))

    package init(seed: UInt64 = SeededGenerator.seedOfThisRun) {
        self.seed = seed
        self.state = seed
    }

    package var description: String {
        "run again with SLUICE_TEST_SEED=\(self.seed)"
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// So many random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: self.next()) }
    }
}
