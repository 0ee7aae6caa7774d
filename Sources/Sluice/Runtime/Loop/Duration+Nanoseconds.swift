// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension Duration {
    /// At most 292 years, in either direction.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, sumOverflow) = nanoseconds.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }
}
