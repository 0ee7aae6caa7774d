// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What was measured of one participant in one round. A figure that the system does not give is missing.
typealias Sample = [Figure: Double]

extension [Double] {
    var median: Double {
        let sorted = self.sorted()
        guard let last = sorted.last else { return .nan }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : Swift.min(sorted[middle], last)
    }

    func percentile(_ percent: Int) -> Double {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[(sorted.count - 1) * percent / 100]
    }
}
