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

/// Runs the participants in turn, phase by phase and round by round, so that all of them meet the same weather.
final class Benchmark {
    private let options: Options
    private let placement: Placement
    private(set) var tables: [Table] = []
    private(set) var failures = 0

    private struct Participant {
        let name: String
        let command: [String]
        let kind: Row.RuntimeKind
        /// What is started instead when only a start is measured, and what runs beside it then.
        var startCommand: [String]?
        var beside: [String]?
    }

    init(_ options: Options) {
        self.options = options
        self.placement = Placement(isWanted: options.wantsPinning)
    }

    func run() throws {
        if self.options.kinds.contains("runtime") { try self.runtimes() }
        if self.options.kinds.contains("adapter") { try self.adapter() }
        if self.options.kinds.contains("emulator") { try self.emulator() }
        if self.options.kinds.contains("codec") { try self.codec() }
    }

    private func participants() throws -> [Participant] {
        var participants: [Participant] = []
        if let path = self.options.function {
            participants.append(Participant(name: "sluice", command: [path], kind: .asForLambda))
        }
        if let path = self.options.staticFunction {
            participants.append(Participant(name: "sluice, fully static", command: [path], kind: .fullyStatic))
        }
        for (name, command) in self.options.foreign {
            participants.append(Participant(name: name, command: words(of: command), kind: .foreign))
        }
        guard !participants.isEmpty else { throw Failure("no runtime is named: --function or --runtime") }
        return participants
    }

    private func runtimes() throws {
        try self.measure(try self.participants(), self.placement, "runtime")
    }

    /// Two processes take turns behind one floor: where they run is the scheduler's to say.
    private func adapter() throws {
        guard let adapter = self.options.adapter, let application = self.options.adaptedApplication else {
            return note("no adapter is measured: --adapter or --adapted-application is missing")
        }
        Placement.free()
        let port = try Listener().port
        let variables = ["env", "PORT=\(port)", "AWS_LWA_PORT=\(port)", "AWS_LWA_INVOKE_MODE=response_stream"]
        let participant = Participant(
            name: "sluice-adapter",
            command: variables + [adapter, "--", application],
            kind: .adapter,
            // As it lies beside an application that another process has started: it is nobody's parent there.
            startCommand: variables + [Self.extensionCopy(of: adapter)],
            beside: variables + [application]
        )
        try self.measure([participant], Placement(isWanted: false), "adapter")
    }

    /// What lies in a folder of that name is an extension; `Benchmarks/run` puts one there.
    private static func extensionCopy(of adapter: String) -> String {
        var parts = adapter.split(separator: "/", omittingEmptySubsequences: false)
        parts.insert("extensions", at: parts.count - 1)
        return parts.joined(separator: "/")
    }

    private func measure(_ participants: [Participant], _ placement: Placement, _ kind: String) throws {
        let floor = [try self.path(self.options.floor, "--floor")]
        let asks = self.options.amounts.areMeaningful
        var tables = participants.map {
            let title =
                $0.kind == .adapter
                ? "Web adapter, behind it a server in Go; the floor is a function" : "Runtime client: \($0.name)"
            let looksInside = self.options.binaryScript != nil
            let rows = Row.runtime($0.kind).filter { looksInside || !$0.figure.isOfBinary }
            return Table(title: title, candidate: $0.name, rows: rows, asks: asks)
        }
        self.rounds(kind) { isCounted in
            for phase in RuntimeMeasurement.Phase.allCases {
                let sample = self.attempt("floor, \(phase)") {
                    try RuntimeMeasurement.measure(phase, of: floor, self.options.amounts, placement)
                }
                for (index, participant) in participants.enumerated() {
                    let measured = self.attempt("\(participant.name), \(phase)") {
                        try self.measure(phase, of: participant, placement)
                    }
                    guard isCounted else { continue }
                    tables[index].add(floor: sample)
                    tables[index].add(measured: measured)
                }
            }
        }
        for (index, participant) in participants.enumerated() where participant.kind != .foreign {
            let path = participant.kind == .adapter ? self.options.adapter : participant.command.first
            if let megabytes = path.flatMap(Machine.megabytes) {
                tables[index].add(measured: [.binaryMegabytes: megabytes])
            }
            if participant.kind != .adapter, let path, let script = self.options.binaryScript {
                tables[index].add(measured: self.attempt("binary") { try BinaryMeasurement.measure(path, by: script) })
            }
        }
        self.finish(tables)
    }

    private func measure(
        _ phase: RuntimeMeasurement.Phase,
        of participant: Participant,
        _ placement: Placement
    ) throws -> Sample {
        guard phase == .start, let command = participant.startCommand, let beside = participant.beside else {
            return try RuntimeMeasurement.measure(phase, of: participant.command, self.options.amounts, placement)
        }
        let application = try ChildProcess(beside)
        defer { application.stop() }
        return try RuntimeMeasurement.measure(phase, of: command, self.options.amounts, placement)
    }

    private func emulator() throws {
        let floor = try self.path(self.options.floor, "--floor")
        let sluice = try self.path(self.options.sluice, "--sluice")
        let asks = self.options.amounts.areMeaningful
        var table = Table(
            title: "Local Lambda: sluice serve, behind it the floor's function; the floor is that function and one hop",
            candidate: "sluice serve",
            rows: Row.emulator + (self.options.interfaceEmulator == nil ? [] : [Row.interfaceEmulator]),
            asks: asks
        )
        self.rounds("emulator") { isCounted in
            var oneHop = self.attempt("one hop") {
                try EmulatorMeasurement.measureOneHop(function: [floor], self.options.amounts, self.placement)
            }
            let measured = self.attempt("sluice serve") {
                try EmulatorMeasurement.measure(sluice: sluice, function: floor, self.options.amounts)
            }
            if let program = self.options.interfaceEmulator {
                let peer = self.attempt("aws-lambda-rie") {
                    try InterfaceEmulatorMeasurement.measure(program, function: floor, self.options.amounts)
                }
                oneHop.merge(peer) { $1 }
            }
            oneHop[.pacedTogetherPerSecond] = measured[.pacedAlonePerSecond].map { $0 * 8 }
            guard isCounted else { return }
            table.add(floor: oneHop)
            table.add(measured: measured)
        }
        self.finish([table])
    }

    private func codec() throws {
        let codec = try self.path(self.options.codec, "--codec")
        let asks = self.options.amounts.areMeaningful
        let rows = Row.codec + (self.options.foreignCodec == nil ? [] : Row.botocore)
        var table = Table(title: "Event stream codec, on one core", candidate: "sluice", rows: rows, asks: asks)
        self.rounds("codec") { isCounted in
            var floor: Sample = [:]
            let measured = self.attempt("codec") {
                var (copy, sample) = try CodecMeasurement.measure(codec, messages: self.options.amounts.codecMessages)
                floor = [.encodeGigabytesPerSecond: copy, .decodeGigabytesPerSecond: copy]
                if let script = self.options.foreignCodec {
                    let (botocore, ours) = try self.besideBotocore(script, codec)
                    floor.merge(botocore) { $1 }
                    sample.merge(ours) { $1 }
                    sample[.decodeLargeBesideBotocoreGigabytesPerSecond] = sample[.decodeGigabytesPerSecond]
                }
                return sample
            }
            guard isCounted else { return }
            table.add(floor: floor)
            table.add(measured: measured)
        }
        self.finish([table])
    }

    private func besideBotocore(_ script: String, _ codec: String) throws -> (botocore: Sample, ours: Sample) {
        let amounts = self.options.amounts
        let large = try CodecMeasurement.measureBotocore(
            script,
            messages: amounts.codecMessages / 20,
            payloadBytes: 65_536
        )
        let small = amounts.smallCodecMessages
        let theirs = try CodecMeasurement.measureBotocore(script, messages: small / 20, payloadBytes: 64)
        let (_, ours) = try CodecMeasurement.measure(codec, messages: small, payloadBytes: 64)
        return (
            [
                .decodeLargeBesideBotocoreGigabytesPerSecond: large,
                .decodeSmallThousandsPerSecond: theirs * 1e9 / 64 / 1e3,
            ],
            [.decodeSmallThousandsPerSecond: (ours[.decodeGigabytesPerSecond] ?? 0) * 1e9 / 64 / 1e3]
        )
    }

    // MARK: Help

    private func path(_ path: String?, _ option: String) throws -> String {
        guard let path else { throw Failure("\(option) is missing; Benchmarks/run gives it") }
        return path
    }

    private func rounds(_ kind: String, _ body: (_ isCounted: Bool) -> Void) {
        let warmUps = self.options.amounts.hasWarmUpRound ? 1 : 0
        for round in 0..<(self.options.amounts.rounds + warmUps) {
            let isCounted = round >= warmUps
            let name = isCounted ? "round \(round - warmUps + 1) of \(self.options.amounts.rounds)" : "warm-up round"
            note("\(kind), \(name)")
            body(isCounted)
        }
    }

    private func attempt(_ what: String, _ measure: () throws -> Sample) -> Sample {
        do {
            return try measure()
        } catch {
            note("\(what): \(error)")
            self.failures += 1
            return [:]
        }
    }

    private func finish(_ tables: [Table]) {
        for table in tables { print(table.text()) }
        self.tables += tables
    }
}

/// Tells a person how far it is, beside the tables.
func note(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}
