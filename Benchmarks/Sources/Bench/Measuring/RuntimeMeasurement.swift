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

/// What is measured of a runtime. Each phase starts a process of its own, so that none profits from another.
enum RuntimeMeasurement {
    enum Phase: CaseIterable {
        case start, tiny, largeChunks, smallChunks, stall
    }

    static func measure(
        _ phase: Phase,
        of command: [String],
        _ amounts: Amounts,
        _ placement: Placement
    ) throws -> Sample {
        guard phase != .start else {
            return try self.starts(of: command, count: amounts.starts, placement)
        }
        let service = try RuntimeService(command: command, placement)
        defer { service.stop() }
        return switch phase {
        case .start: [:]
        case .tiny: try self.tiny(service, amounts)
        case .largeChunks: try self.largeChunks(service, amounts)
        case .smallChunks:
            [.smallChunkMegabytesPerSecond: try self.stream(service, bytes: amounts.smallChunkBytes, chunkBytes: 4_096)]
        case .stall: try self.stall(service, amounts)
        }
    }

    /// Several, since one is over too soon to say much.
    private static func starts(of command: [String], count: Int, _ placement: Placement) throws -> Sample {
        var milliseconds: [Double] = []
        var privateKiB: [Double] = []
        for _ in 0..<count {
            let service = try RuntimeService(command: command, placement)
            defer { service.stop() }
            milliseconds.append(try service.awaitNext().milliseconds(since: service.startedAt))
            privateKiB += service.meter.privateKiB.map { [$0] } ?? []
        }
        var sample: Sample = [.startMilliseconds: milliseconds.median]
        if !privateKiB.isEmpty { sample[.privateKiB] = privateKiB.median }
        sample[.coldStartMilliseconds] = try self.coldStarts(of: command, count: count, placement)
        return sample
    }

    /// The first start of a program on its machine: it is read from the disk.
    private static func coldStarts(of command: [String], count: Int, _ placement: Placement) throws -> Double? {
        var milliseconds: [Double] = []
        for _ in 0..<count {
            guard let program = command.first, FileCache.forget(program) else { return nil }
            let service = try RuntimeService(command: command, placement)
            defer { service.stop() }
            milliseconds.append(try service.awaitNext().milliseconds(since: service.startedAt))
        }
        return milliseconds.median
    }

    private static func tiny(_ service: RuntimeService, _ amounts: Amounts) throws -> Sample {
        let event = WorkOrder(.tiny).event
        for _ in 0..<amounts.warmUps { _ = try service.invoke(event) }
        try service.awaitNext()
        let processorBefore = service.meter.processorSeconds
        let before = Moment.now()
        for _ in 0..<amounts.tinyInvocations { _ = try service.invoke(event) }
        // An invocation is over when the next one is asked for.
        try service.awaitNext()
        let seconds = Moment.now().seconds(since: before)
        let count = Double(amounts.tinyInvocations)
        var sample: Sample = [.tinyPerSecond: count / seconds]
        if let processorBefore, let processor = service.meter.processorSeconds {
            sample[.tinyProcessorMicroseconds] = (processor - processorBefore) / count * 1e6
        }
        return sample
    }

    private static func largeChunks(_ service: RuntimeService, _ amounts: Amounts) throws -> Sample {
        var sample = try self.small(service, count: amounts.smallStreams)
        try service.awaitNext()
        let processorBefore = service.meter.processorSeconds
        sample[.largeChunkMegabytesPerSecond] = try self.stream(
            service,
            bytes: amounts.largeChunkBytes,
            chunkBytes: 65_536
        )
        if let processorBefore, let processor = service.meter.processorSeconds {
            sample[.largeChunkProcessorMilliseconds] = (processor - processorBefore) * 1e3
        }
        return sample
    }

    /// Streams of one chunk of 1 KiB, one after another.
    static func small(_ service: RuntimeService, count: Int) throws -> Sample {
        let event = WorkOrder(.stream, bytes: 1_024, chunkBytes: 1_024).event
        for _ in 0..<(count / 4) { _ = try service.invoke(event) }
        try service.awaitNext()
        let before = Moment.now()
        let answers = try (0..<count).map { _ in try service.invoke(event) }
        try service.awaitNext()
        let seconds = Moment.now().seconds(since: before)
        return [
            .smallStreamsPerSecond: Double(count) / seconds,
            .firstByteMicroseconds: answers.map { $0.firstByteAt.microseconds(since: $0.sentAt) }.percentile(50),
            .endMicroseconds: answers.map { $0.endAt.microseconds(since: $0.sentAt) }.percentile(50),
        ]
    }

    /// One stream, in MB a second from its first byte to its end.
    static func stream(_ service: RuntimeService, bytes: Int, chunkBytes: Int) throws -> Double {
        let answer = try service.invoke(WorkOrder(.stream, bytes: bytes, chunkBytes: chunkBytes).event)
        guard answer.bytes >= bytes else { throw Failure("\(answer.bytes) bytes came of \(bytes)") }
        return Double(answer.bytes) / 1e6 / answer.endAt.seconds(since: answer.firstByteAt)
    }

    /// How much memory a function takes while nobody reads what it streams.
    private static func stall(_ service: RuntimeService, _ amounts: Amounts) throws -> Sample {
        // One answer before, so that the growth is the stream's alone.
        _ = try service.invoke(WorkOrder(.stream, bytes: 1_024, chunkBytes: 1_024).event)
        try service.awaitNext()
        let before = service.meter.privateKiB
        var during: Double?
        let order = WorkOrder(.stream, bytes: amounts.smallChunkBytes, chunkBytes: 65_536)
        _ = try service.invoke(order.event) {
            usleep(UInt32(amounts.stallMilliseconds) * 1_000)
            during = service.meter.privateKiB
        }
        guard let before, let during else { return [:] }
        return [.stallGrowthKiB: max(0, during - before)]
    }
}
