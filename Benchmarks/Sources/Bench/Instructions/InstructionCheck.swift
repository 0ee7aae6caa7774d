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
        print("instructions of the function's process, as callgrind counts them")
        for subject in InstructionCount.Subject.allCases {
            let value = try count.measure(subject)
            let remark: String
            switch thresholds.verdict(on: value, of: subject) {
            case .kept:
                remark = ""
            case .more(let percent):
                isKept = false
                remark = "\(self.signed(percent)) %: find out what it is for, or write down the new count"
            case .less(let percent):
                isKept = false
                remark = "\(self.signed(percent)) %: better; write down the new count, so that it stays"
            case .unknown:
                isKept = false
                remark = "has no threshold"
            }
            print("\(subject.rawValue) \(value)\(remark.isEmpty ? "" : "  \(remark)")")
        }
        if !isKept { print("the thresholds stand in \(file)") }
        return isKept
    }

    private static func signed(_ percent: Double) -> String {
        let tenths = (percent * 10).rounded() / 10
        return tenths > 0 ? "+\(tenths)" : "\(tenths)"
    }
}
