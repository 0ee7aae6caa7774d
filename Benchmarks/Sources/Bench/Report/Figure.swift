// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What is measured; the names stand in the JSON report.
enum Figure: String, CaseIterable {
    case startMilliseconds, coldStartMilliseconds, privateKiB, binaryMegabytes, zippedMegabytes, newestGlibc
    case tinyPerSecond, tinyProcessorMicroseconds
    case largeChunkMegabytesPerSecond, largeChunkProcessorMilliseconds, smallChunkMegabytesPerSecond
    case smallStreamsPerSecond, firstByteMicroseconds, firstByte99Microseconds, endMicroseconds
    case stallGrowthKiB
    case tinyBesideInterfaceEmulatorPerSecond, liveChunksPerSecond
    case listeningMilliseconds, pacedAlonePerSecond, pacedTogetherPerSecond
    case encodeGigabytesPerSecond, decodeGigabytesPerSecond, decodeLargeBesideBotocoreGigabytesPerSecond
    case decodeSmallThousandsPerSecond

    /// Whether it comes from what Linux alone tells of a process.
    var isOfLinux: Bool {
        switch self {
        case .coldStartMilliseconds, .privateKiB, .tinyProcessorMicroseconds, .largeChunkProcessorMilliseconds,
            .stallGrowthKiB, .newestGlibc:
            true
        default: false
        }
    }

    /// Whether it needs a look into the program's file.
    var isOfBinary: Bool { self == .zippedMegabytes || self == .newestGlibc }

    /// Larger is better.
    var isRate: Bool {
        switch self {
        case .tinyPerSecond, .largeChunkMegabytesPerSecond, .smallChunkMegabytesPerSecond, .smallStreamsPerSecond,
            .pacedAlonePerSecond, .pacedTogetherPerSecond, .encodeGigabytesPerSecond, .decodeGigabytesPerSecond,
            .tinyBesideInterfaceEmulatorPerSecond, .liveChunksPerSecond, .decodeLargeBesideBotocoreGigabytesPerSecond,
            .decodeSmallThousandsPerSecond:
            true
        case .startMilliseconds, .coldStartMilliseconds, .privateKiB, .binaryMegabytes, .zippedMegabytes, .newestGlibc,
            .tinyProcessorMicroseconds, .largeChunkProcessorMilliseconds, .firstByteMicroseconds,
            .firstByte99Microseconds, .endMicroseconds, .stallGrowthKiB, .listeningMilliseconds:
            false
        }
    }
}

/// What a figure should reach: so many times the floor's of the same run, or a value of its own.
enum Target {
    case timesFloor(Double)
    case value(Double)
}

/// A line of a table.
struct Row {
    let figure: Figure
    let title: String
    let target: Target?

    init(_ figure: Figure, _ title: String, _ target: Target? = nil) {
        self.figure = figure
        self.title = title
        self.target = target
    }
}

extension Row {
    /// What a runtime is asked to reach depends on how it is linked; of one that is not ours nothing is asked.
    enum RuntimeKind {
        case asForLambda, fullyStatic, foreign
        /// Not a runtime library but the web adapter, with an application behind it.
        case adapter
    }

    static func runtime(_ kind: RuntimeKind) -> [Row] {
        guard kind != .adapter else { return Self.adapter }
        let isOurs = kind != .foreign
        let start: Target? = isOurs ? .timesFloor(kind == .fullyStatic ? 1.6 : 2) : nil
        let memory: Target? = isOurs ? .value(kind == .fullyStatic ? 1_024 : 1_536) : nil
        let rows = [
            Row(.startMilliseconds, "start to first /next, ms", start),
            Row(.coldStartMilliseconds, "the same, read from the disk, ms"),
            Row(.privateKiB, "private memory then, KiB", memory),
            Row(.tinyPerSecond, "tiny buffered invocations/s", isOurs ? .timesFloor(0.8) : nil),
            Row(.tinyProcessorMicroseconds, "processor for one of them, µs", isOurs ? .timesFloor(1.3) : nil),
            Row(.largeChunkMegabytesPerSecond, "200 MB in 64 KiB chunks, MB/s", isOurs ? .timesFloor(0.9) : nil),
            Row(.largeChunkProcessorMilliseconds, "processor for all of it, ms"),
            Row(.smallChunkMegabytesPerSecond, "50 MB in 4 KiB chunks, MB/s", isOurs ? .timesFloor(1.6) : nil),
            Row(.firstByteMicroseconds, "small stream, first byte, µs", isOurs ? .timesFloor(1.5) : nil),
            Row(.endMicroseconds, "small stream, end, µs", isOurs ? .timesFloor(1.5) : nil),
            Row(.stallGrowthKiB, "growth while the reader stalls, KiB", isOurs ? .value(512) : nil),
        ]
        guard isOurs else { return rows }
        return rows + [
            Row(.binaryMegabytes, "binary, MB", .value(12)),
            Row(.zippedMegabytes, "the same, compressed, MB", .value(4.5)),
            Row(.newestGlibc, "newest glibc it asks for; 0: none", .value(2.34)),
        ]
    }

    private static let adapter = [
        Row(.startMilliseconds, "start to first /next, application up, ms", .value(5)),
        Row(.privateKiB, "private memory then, KiB", .value(3_072)),
        Row(.tinyPerSecond, "tiny buffered invocations/s"),
        Row(.tinyProcessorMicroseconds, "the adapter's processor for one, µs"),
        Row(.largeChunkMegabytesPerSecond, "200 MB in 64 KiB chunks, MB/s", .timesFloor(0.55)),
        Row(.largeChunkProcessorMilliseconds, "the adapter's processor for all, ms", .value(160)),
        Row(.smallChunkMegabytesPerSecond, "50 MB in 4 KiB chunks, MB/s", .timesFloor(1)),
        Row(.firstByteMicroseconds, "small stream, first byte, µs", .timesFloor(5)),
        Row(.endMicroseconds, "small stream, end, µs", .timesFloor(6)),
        Row(.stallGrowthKiB, "growth while the reader stalls, KiB"),
        Row(.binaryMegabytes, "binary, MB", .value(13)),
    ]

    static let emulator = [
        Row(.listeningMilliseconds, "listening after, ms", .value(20)),
        Row(.privateKiB, "private memory then, KiB", .value(8_192)),
        Row(.tinyPerSecond, "tiny buffered Invoke calls/s"),
        Row(.smallStreamsPerSecond, "small streams/s, Function URL", .timesFloor(0.4)),
        Row(.firstByteMicroseconds, "first byte of one, median, µs", .timesFloor(4)),
        Row(.firstByte99Microseconds, "the slowest 1 %, µs; floor: its median", .timesFloor(15)),
        Row(.largeChunkMegabytesPerSecond, "200 MB in 64 KiB chunks, MB/s", .timesFloor(0.55)),
        Row(.smallChunkMegabytesPerSecond, "50 MB in 4 KiB chunks, MB/s", .timesFloor(0.9)),
        Row(.liveChunksPerSecond, "InvokeWithResponseStream, live chunks/s", .value(50_000)),
        Row(.pacedTogetherPerSecond, "8 paced callers, streams/s; floor: 8 × one", .timesFloor(0.95)),
    ]

    static let interfaceEmulator = Row(
        .tinyBesideInterfaceEmulatorPerSecond,
        "tiny Invoke/s; floor: aws-lambda-rie",
        .timesFloor(1.3)
    )

    static let botocore = [
        Row(.decodeLargeBesideBotocoreGigabytesPerSecond, "the same; floor: botocore"),
        Row(.decodeSmallThousandsPerSecond, "64-byte payloads, 1000/s; floor: botocore", .timesFloor(20)),
    ]

    static let codec = [
        Row(.encodeGigabytesPerSecond, "encode 64 KiB payloads, GB/s; floor: memcpy", .value(1)),
        Row(.decodeGigabytesPerSecond, "decode the same, GB/s; floor: memcpy", .value(1)),
    ]
}
