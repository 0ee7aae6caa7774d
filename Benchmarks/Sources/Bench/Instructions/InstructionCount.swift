// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Contract
internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What a function's process does, as valgrind's callgrind counts it: nearly the same numbers again for the same binary,
/// whatever else the machine does. The kernel's instructions are not among them.
struct InstructionCount {
    let function: String

    enum Subject: String, CaseIterable {
        /// From its first instruction until it waits for its first invocation.
        case start
        /// An answer of 11 bytes, until the next invocation is asked for.
        case tiny
        /// A stream of one chunk of 1 KiB.
        case smallStream
        /// One of fifteen: how often the loop looks at its sockets meanwhile depends on the clock.
        case chunk4KiB
    }

    /// Of one of what the subject names: the difference between a process that did it often and one that did it less.
    func measure(_ subject: Subject) throws -> ProcessCounts {
        let small = WorkOrder(.stream, bytes: 1_024, chunkBytes: 1_024)
        return switch subject {
        case .start: try self.run([])
        case .tiny: try self.difference(WorkOrder(.tiny), 200, 1_200)
        case .smallStream: try self.difference(small, 100, 600)
        case .chunk4KiB: try self.chunk(4_096, count: 15)
        }
    }

    private func difference(_ order: WorkOrder, _ few: Int, _ many: Int) throws -> ProcessCounts {
        let less = try self.run(Array(repeating: order, count: few))
        return try self.run(Array(repeating: order, count: many)).beyond(less, by: many - few)
    }

    /// Of streams so short that their writer never waits: how often it would depends on the reader, and with it the count.
    private func chunk(_ bytes: Int, count: Int) throws -> ProcessCounts {
        let invocations = 200
        let one = WorkOrder(.stream, bytes: bytes, chunkBytes: bytes)
        let several = WorkOrder(.stream, bytes: bytes * count, chunkBytes: bytes)
        let less = try self.run(Array(repeating: one, count: invocations))
        return try self.run(Array(repeating: several, count: invocations)).beyond(less, by: invocations * (count - 1))
    }

    /// Of a process that does this and is then ended while it waits.
    private func run(_ orders: [WorkOrder]) throws -> ProcessCounts {
        let file = "\(self.function).callgrind"
        unlink(file)
        let command = [
            "valgrind", "--quiet", "--tool=callgrind", "--collect-systime=yes", "--callgrind-out-file=\(file)",
            self.function,
        ]
        let service = try RuntimeService(command: command, Placement(isWanted: false))
        do {
            for order in orders { _ = try service.invoke(order.event) }
            try service.awaitNext()
            // What it does behind its request is counted, too: it has waited for its next event before it is ended.
            usleep(200_000)
        } catch {
            service.stop()
            throw error
        }
        service.stop()
        defer { unlink(file) }
        return try ProcessCounts(file: file)
    }
}
