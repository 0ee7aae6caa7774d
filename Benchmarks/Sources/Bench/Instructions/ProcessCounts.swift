// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// What a process has done, of the three kinds of work that a start, an invocation and a chunk are made of.
struct ProcessCounts {
    var instructions: Double = 0
    /// Without those that only ask for the time, for which Linux needs none and valgrind does.
    var systemCalls: Double = 0
    /// Calls of the C library's allocators, whoever makes them.
    var allocations: Double = 0

    enum Kind: String, CaseIterable {
        case instructions, systemCalls, allocations
    }

    subscript(kind: Kind) -> Double {
        switch kind {
        case .instructions: self.instructions
        case .systemCalls: self.systemCalls
        case .allocations: self.allocations
        }
    }

    /// What one of so many cost that were done here and not there.
    func beyond(_ less: Self, by count: Int) -> Self {
        Self(
            instructions: (self.instructions - less.instructions) / Double(count),
            systemCalls: (self.systemCalls - less.systemCalls) / Double(count),
            allocations: (self.allocations - less.allocations) / Double(count)
        )
    }
}

extension ProcessCounts {
    private enum Callee { case allocator, clock, other }

    private static func callee(_ name: Substring) -> Callee {
        // Of a C library's function with versions, the version is behind it.
        switch name.prefix(while: { $0 != "@" }) {
        case "malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign": .allocator
        case "clock_gettime", "gettimeofday", "time": .clock
        default: .other
        }
    }

    /// What callgrind has written. (Valgrind, "Callgrind Format Specification".)
    init(file: String) throws {
        guard let text = readFile(file) else { throw Failure("callgrind wrote nothing: \(file)") }
        var events: [Substring] = []
        var totals: [Double] = []
        var clockReads: Double = 0
        // A function has its name where it is first named, and a number afterwards.
        var callees: [Substring: Callee] = [:]
        var callee = Callee.other
        for line in text.split(separator: "\n") {
            if line.hasPrefix("fn=") || line.hasPrefix("cfn=") {
                let words = line.drop { $0 != "(" }.split(separator: " ", maxSplits: 1)
                guard let number = words.first else { continue }
                if words.count == 2 { callees[number] = Self.callee(words[1]) }
                callee = line.hasPrefix("c") ? callees[number, default: .other] : .other
            } else if line.hasPrefix("calls=") {
                let count = Double(line.dropFirst("calls=".count).prefix { $0 != " " }) ?? 0
                if callee == .allocator { self.allocations += count }
                if callee == .clock { clockReads += count }
            } else if line.hasPrefix("events: ") {
                events = line.split(separator: " ").dropFirst().map { $0 }
            } else if line.hasPrefix("totals: ") {
                totals = line.split(separator: " ").dropFirst().compactMap { Double($0) }
            }
        }
        let values = Dictionary(zip(events, totals)) { $1 }
        guard let instructions = values["Ir"], let systemCalls = values["sysCount"] else {
            throw Failure("\(file) does not say how many instructions and system calls there were")
        }
        self.instructions = instructions
        self.systemCalls = systemCalls - clockReads
    }
}
