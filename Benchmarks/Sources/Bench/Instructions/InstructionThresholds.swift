// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// What was counted when it was last written down: a line for each subject, its name and a number of each kind.
struct InstructionThresholds {
    private var counts: [InstructionCount.Subject: ProcessCounts] = [:]

    /// How far a count may lie from it, in parts of a hundred: compilers and C libraries differ a little. How many chunks
    /// leave together depends on when their reader has room, and so on the machine: 5,700 to 9,000 instructions each on an
    /// AMD EPYC, 8,300 to 11,500 on an Intel Xeon. With a write for each it would be 22,000.
    private static func tolerancePercent(_ subject: InstructionCount.Subject, _ kind: ProcessCounts.Kind) -> Double {
        switch (subject, kind) {
        case (.chunk4KiB, _): 45
        case (_, .instructions): 3
        case (_, .systemCalls), (_, .allocations): 5
        }
    }

    init(file: String) throws {
        guard let text = readFile(file) else { throw Failure(call: file) }
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            let numbers = words.dropFirst().compactMap { Double($0) }
            guard let subject = words.first.flatMap({ InstructionCount.Subject(rawValue: String($0)) }),
                words.count == 4, numbers.count == 3
            else { throw Failure("\(file): not a subject, its instructions, system calls and allocations: \(line)") }
            self.counts[subject] = ProcessCounts(
                instructions: numbers[0],
                systemCalls: numbers[1],
                allocations: numbers[2]
            )
        }
    }

    enum Verdict {
        case kept
        case more(percent: Double)
        /// The threshold is to be lowered, or the next slip is not seen.
        case less(percent: Double)
        case unknown
    }

    func verdict(_ kind: ProcessCounts.Kind, _ count: Double, of subject: InstructionCount.Subject) -> Verdict {
        guard let expected = self.counts[subject]?[kind], expected > 0 else { return .unknown }
        let percent = (count / expected - 1) * 100
        let tolerance = Self.tolerancePercent(subject, kind)
        if percent > tolerance { return .more(percent: percent) }
        return percent < -tolerance ? .less(percent: percent) : .kept
    }
}
