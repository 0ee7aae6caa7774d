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

/// What a process has done, of the three kinds of work that a start, an invocation and a chunk are made of.
struct ProcessCounts {
    var instructions: Double = 0
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
    private static let allocators: Set<Substring> = [
        "malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign",
    ]

    /// What callgrind has written. (Valgrind, "Callgrind Format Specification".)
    init(file: String) throws {
        guard let text = readFile(file) else { throw Failure("callgrind wrote nothing: \(file)") }
        var events: [Substring] = []
        var totals: [Double] = []
        // A function has its name where it is first named, and a number afterwards.
        var allocators: Set<Substring> = []
        var callsAllocator = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("fn=") || line.hasPrefix("cfn=") {
                let words = line.drop { $0 != "(" }.split(separator: " ", maxSplits: 1)
                if words.count == 2, Self.allocators.contains(words[1]) { allocators.insert(words[0]) }
                callsAllocator = line.hasPrefix("c") && words.first.map(allocators.contains) == true
            } else if line.hasPrefix("calls="), callsAllocator {
                self.allocations += Double(line.dropFirst("calls=".count).prefix { $0 != " " }) ?? 0
                callsAllocator = false
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
        self.systemCalls = systemCalls
    }
}
