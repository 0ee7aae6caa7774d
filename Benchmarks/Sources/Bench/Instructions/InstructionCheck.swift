// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// Counts everything and holds it against the thresholds.
enum InstructionCheck {
    /// Whether nothing has slipped.
    static func run(function: String, thresholds file: String) throws -> Bool {
        let thresholds = try InstructionThresholds(file: file)
        let count = InstructionCount(function: function)
        var isKept = true
        print("what the function's process does, as callgrind counts it: instructions, system calls, allocations")
        for subject in InstructionCount.Subject.allCases {
            let counts = try count.measure(subject)
            let numbers = ProcessCounts.Kind.allCases.map { self.written(counts[$0]) }
            print("\(subject.rawValue) \(numbers.joined(separator: " "))")
            for kind in ProcessCounts.Kind.allCases {
                let remark: String
                switch thresholds.verdict(kind, counts[kind], of: subject) {
                case .kept: continue
                case .more(let percent):
                    remark = "\(self.signed(percent)) %: find out what it is for, or write down the new count"
                case .less(let percent):
                    remark = "\(self.signed(percent)) %: better; write down the new count, so that it stays"
                case .unknown:
                    remark = "has no threshold"
                }
                isKept = false
                print("  \(kind.rawValue): \(remark)")
            }
        }
        if !isKept { print("the thresholds stand in \(file)") }
        return isKept
    }

    /// As it stands in the thresholds: whole, or with as many digits as a small number needs.
    private static func written(_ count: Double) -> String {
        count >= 1_000 ? String(Int(count.rounded())) : String((count * 100).rounded() / 100)
    }

    private static func signed(_ percent: Double) -> String {
        let tenths = (percent * 10).rounded() / 10
        return tenths > 0 ? "+\(tenths)" : "\(tenths)"
    }
}
