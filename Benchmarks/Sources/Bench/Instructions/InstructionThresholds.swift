// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What was counted when it was last written down: a line for each subject, its name and a number.
struct InstructionThresholds {
    private var counts: [InstructionCount.Subject: Int] = [:]

    /// How far a count may lie from it, in parts of a hundred: compilers and C libraries differ a little. How many chunks
    /// leave together depends on when their reader has room: 5,700 to 9,000 each. With a write for each it would be 22,000.
    private static func tolerancePercent(_ subject: InstructionCount.Subject) -> Double {
        switch subject {
        case .start, .tiny, .smallStream: 3
        case .chunk4KiB: 45
        }
    }

    init(file: String) throws {
        guard let stream = fopen(file, "r") else { throw Failure(call: file) }
        defer { fclose(stream) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), stream) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let words = text.split { $0 == " " || $0 == "\n" }
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            guard let subject = InstructionCount.Subject(rawValue: String(name)), words.count == 2,
                let count = Int(words[1])
            else { throw Failure("\(file): not a subject and its count: \(text)") }
            self.counts[subject] = count
        }
    }

    enum Verdict {
        case kept
        case more(percent: Double)
        /// The threshold is to be lowered, or the next slip is not seen.
        case less(percent: Double)
        case unknown
    }

    func verdict(on count: Int, of subject: InstructionCount.Subject) -> Verdict {
        guard let expected = self.counts[subject], expected > 0 else { return .unknown }
        let percent = (Double(count) / Double(expected) - 1) * 100
        let tolerance = Self.tolerancePercent(subject)
        if percent > tolerance { return .more(percent: percent) }
        return percent < -tolerance ? .less(percent: percent) : .kept
    }
}
