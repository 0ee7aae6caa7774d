// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// What was counted when it was last written down: a line for each subject, its name and a threshold of each kind.
struct InstructionThresholds {
    private var thresholds: [InstructionCount.Subject: [ProcessCounts.Kind: Threshold]] = [:]

    init(file: String) throws {
        guard let text = readFile(file) else { throw Failure(call: file) }
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            let thresholds = words.dropFirst().compactMap { Threshold($0) }
            guard let subject = words.first.flatMap({ InstructionCount.Subject(rawValue: String($0)) }),
                words.count == 4, thresholds.count == 3
            else { throw Failure("\(file): not a subject, its instructions, system calls and allocations: \(line)") }
            self.thresholds[subject] = Dictionary(uniqueKeysWithValues: zip(ProcessCounts.Kind.allCases, thresholds))
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
        self.thresholds[subject]?[kind]?.verdict(count, tolerancePercent: kind.tolerancePercent) ?? .unknown
    }
}

/// What a count is held against.
private enum Threshold {
    /// Nearly the same number everywhere.
    case about(Double)
    /// `<=` before the number: what depends on the clock, and so on the machine, has only a number that it never passes.
    case atMost(Double)

    init?(_ word: Substring) {
        let isCeiling = word.hasPrefix("<=")
        guard let number = Double(word.dropFirst(isCeiling ? 2 : 0)), number > 0 else { return nil }
        self = isCeiling ? .atMost(number) : .about(number)
    }

    func verdict(_ count: Double, tolerancePercent: Double) -> InstructionThresholds.Verdict {
        switch self {
        case .atMost(let most):
            return count <= most ? .kept : .more(percent: (count / most - 1) * 100)
        case .about(let expected):
            let percent = (count / expected - 1) * 100
            if percent > tolerancePercent { return .more(percent: percent) }
            return percent < -tolerancePercent ? .less(percent: percent) : .kept
        }
    }
}

extension ProcessCounts.Kind {
    /// How far a count may lie from what was written down, in parts of a hundred: compilers and C libraries differ a little.
    fileprivate var tolerancePercent: Double {
        switch self {
        case .instructions: 3
        case .systemCalls, .allocations: 5
        }
    }
}
