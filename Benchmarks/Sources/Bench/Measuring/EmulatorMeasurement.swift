// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Contract
internal import PlainSockets

/// What is measured of the local Lambda, with the floor's function behind it.
enum EmulatorMeasurement {
    /// The floor: the same function and one hop, straight into a service that only reads.
    static func measureOneHop(function: [String], _ amounts: Amounts, _ placement: Placement) throws -> Sample {
        let service = try RuntimeService(command: function, placement)
        defer { service.stop() }
        var sample = try RuntimeMeasurement.small(service, count: amounts.calls)
        sample[.firstByte99Microseconds] = sample[.firstByteMicroseconds]
        sample[.largeChunkMegabytesPerSecond] = try RuntimeMeasurement.stream(
            service,
            bytes: amounts.largeChunkBytes,
            chunkBytes: 65_536
        )
        sample[.smallChunkMegabytesPerSecond] = try RuntimeMeasurement.stream(
            service,
            bytes: amounts.smallChunkBytes,
            chunkBytes: 4_096
        )
        let tiny = WorkOrder(.tiny).event
        for _ in 0..<amounts.callWarmUps { _ = try service.invoke(tiny) }
        try service.awaitNext()
        let before = Moment.now()
        for _ in 0..<amounts.calls { _ = try service.invoke(tiny) }
        try service.awaitNext()
        sample[.tinyPerSecond] = Double(amounts.calls) / Moment.now().seconds(since: before)
        return sample
    }

    static func measure(sluice: String, function: String, _ amounts: Amounts) throws -> Sample {
        // Three processes that pass bytes on: where they run is the scheduler's to say.
        Placement.free()
        let before = Moment.now()
        let words = [
            sluice, "serve", "--port", "0", "--timeout", "60", "--function", "bench=\(function)", "--ready", "json",
            // What is measured is how fast it can be, not how fast Lambda lets it be.
            "--pacing", "off",
        ]
        let process = try ChildProcess(words, readsOutput: true)
        defer { process.stop() }
        guard let line = process.readLine() else { throw Failure("sluice serve said nothing and ended") }
        var sample: Sample = [.listeningMilliseconds: Moment.now().milliseconds(since: before)]
        sample[.privateKiB] = ProcessMeter(identifier: process.identifier).privateKiB
        guard let endpoint = self.port(of: "endpoint", in: line), let url = self.port(of: "bench", in: line) else {
            throw Failure("sluice serve said: \(line)")
        }
        try self.call(
            url: Caller(port: url, path: "/"),
            endpoint: Caller(port: endpoint, path: "/2015-03-31/functions/bench/invocations"),
            streaming: Caller(port: endpoint, path: "/2021-11-15/functions/bench/response-streaming-invocations"),
            amounts,
            into: &sample
        )
        return sample
    }

    private static func call(
        url: Caller,
        endpoint: Caller,
        streaming: Caller,
        _ amounts: Amounts,
        into sample: inout Sample
    ) throws {
        let small = WorkOrder()
        _ = try url.callInTurn(small, count: 1 + amounts.callWarmUps)
        let (timings, seconds) = try url.callInTurn(small, count: amounts.calls)
        let firstBytes = timings.map(\.firstByteMicroseconds)
        sample[.smallStreamsPerSecond] = Double(amounts.calls) / seconds
        sample[.firstByteMicroseconds] = firstBytes.percentile(50)
        sample[.firstByte99Microseconds] = firstBytes.percentile(99)

        sample[.largeChunkMegabytesPerSecond] = try self.rate(url, amounts.largeChunkBytes, chunkBytes: 65_536)
        sample[.smallChunkMegabytesPerSecond] = try self.rate(url, amounts.smallChunkBytes, chunkBytes: 4_096)

        let live = WorkOrder(.stream, bytes: 64 * amounts.liveChunks, chunkBytes: 64)
        sample[.liveChunksPerSecond] = try streaming.messagesPerSecond(live)

        let tiny = WorkOrder(.tiny)
        _ = try endpoint.callInTurn(tiny, count: amounts.callWarmUps)
        sample[.tinyPerSecond] = Double(amounts.calls) / (try endpoint.callInTurn(tiny, count: amounts.calls).seconds)
        sample[.tinyBesideInterfaceEmulatorPerSecond] = sample[.tinyPerSecond]

        let paced = WorkOrder(.stream, bytes: 160, chunkBytes: 16, gapMilliseconds: 10)
        let each = amounts.pacedCallsEach
        sample[.pacedAlonePerSecond] = Double(each) / (try url.callInTurn(paced, count: each).seconds)
        let together = try url.callAtOnce(paced, callers: 8, countEach: each)
        sample[.pacedTogetherPerSecond] = Double(8 * each) / together
    }

    private static func rate(_ url: Caller, _ bytes: Int, chunkBytes: Int) throws -> Double {
        let order = WorkOrder(.stream, bytes: bytes, chunkBytes: chunkBytes)
        return Double(bytes) / 1e6 / (try url.callInTurn(order, count: 1).seconds)
    }

    /// A port in `{"endpoint":"http://127.0.0.1:PORT","functionURLs":{"bench":"http://127.0.0.1:PORT/"}}`.
    private static func port(of name: String, in line: String) -> UInt16? {
        let words = line.split(separator: "\"").map(String.init)
        guard let index = words.firstIndex(of: name), index + 2 < words.count else { return nil }
        return words[index + 2].split(separator: ":").last.flatMap { UInt16($0.prefix(while: \.isNumber)) }
    }
}
