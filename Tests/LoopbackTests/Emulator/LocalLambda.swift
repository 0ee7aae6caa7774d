// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceHTTPServer
import SluiceServiceWire
import SluiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// A local Lambda that runs in this process: calls its functions, and awaits the events of its log.
struct LocalLambda: Sendable {
    let addresses: Emulator.Addresses
    let log: Log

    /// The events of the service's log so far; a test waits for the next one here and never for time to pass.
    final class Log: Sendable {
        private let events = Watched<[LogEvent]>([]) { "\($0.suffix(40).map(\.kind))" }

        func record(_ event: LogEvent) { self.events.update { $0.append(event) } }

        var all: [LogEvent] { self.events.current }

        /// Waits for the first event, from the beginning, of which `pick` makes something.
        @discardableResult
        func first<Found: Sendable>(
            _ what: String,
            within limit: Duration = TestDeadline.standard,
            where pick: @escaping @Sendable (LogEvent.Kind) -> Found?
        ) async throws -> Found {
            try await self.events.first(what, within: limit) { events in
                events.lazy.compactMap { pick($0.kind) }.first
            }
        }

        /// Waits until so many events fulfil the condition.
        func wait(
            for count: Int,
            _ what: String,
            where condition: @escaping @Sendable (LogEvent.Kind) -> Bool
        ) async throws {
            try await self.events.first("\(count) times: \(what)") { events in
                events.count { condition($0.kind) } >= count ? () : nil
            }
        }

        func count(where condition: (LogEvent.Kind) -> Bool) -> Int { self.all.count { condition($0.kind) } }

        var startedEnvironments: Int { self.count { if case .environmentStarting = $0 { true } else { false } } }

        var reports: [LogEvent.Report] {
            self.all.compactMap { if case .report(let report) = $0.kind { report } else { nil } }
        }

        func reports(atLeast count: Int) async throws -> [LogEvent.Report] {
            try await self.wait(for: count, "a report") { if case .report = $0 { true } else { false } }
            return self.reports
        }

        /// The processes that functions said they had started.
        func children(_ count: Int = 1) async throws -> [Int32] {
            let isChild: @Sendable (LogEvent.Kind) -> Int32? = { kind in
                guard case .output(_, let line) = kind, line.hasPrefix("child ") else { return nil }
                return Int32(line.dropFirst("child ".count))
            }
            try await self.wait(for: count, "a child") { isChild($0) != nil }
            return self.all.compactMap { isChild($0.kind) }
        }

        /// Waits for a word to whoever runs the service.
        func note(_ words: String) async throws -> String {
            try await self.first("a note with \(words)") {
                if case .note(let text) = $0, text.contains(words) { text } else { nil }
            }
        }

        var notes: [String] { self.all.compactMap { if case .note(let text) = $0.kind { text } else { nil } } }

        func endedEnvironment() async throws -> String {
            try await self.first("an environment's end") {
                if case .environmentEnded(_, let reason) = $0 { reason } else { nil }
            }
        }
    }

    /// What a caller had in the end.
    struct Reply: Sendable {
        var status: Int?
        var fields = HTTPFields()
        var body = ""
        var end: StreamEnd?

        /// The failure's type, when it was one that the service told.
        var failureType: String? { if case .failed(let type, _) = self.end { type } else { nil } }
        var failureMessage: String? { if case .failed(_, let message) = self.end { message } else { nil } }

        mutating func record(_ event: StreamEvent) {
            switch event {
            case .head(let status, let fields, _): (self.status, self.fields) = (status, fields)
            case .chunk(let bytes, _): self.body += String(buffer: bytes)
            case .end(let end, _): self.end = end
            case .connected, .log: break
            }
        }
    }

    /// Invokes a scripted function through the Lambda API.
    ///
    /// - Parameter onChunk: awaited for each chunk, with the body so far.
    func invoke(
        of name: String = "scripted",
        streaming: Bool = true,
        tail: Bool = false,
        fault: String? = nil,
        tenant: String? = nil,
        _ steps: [ScriptedFunction.Step],
        onChunk: (String) async throws -> Void = { _ in }
    ) async throws -> Reply {
        var request = StreamRequest(
            function: FunctionReference(name: name),
            isStreaming: streaming,
            endpoint: try HTTPAddress(self.addresses.endpoint),
            payload: ByteBuffer(string: try ScriptedFunction.Step.event(steps))
        )
        if tail { request.fields[InvokeRequestHeader.logType] = "Tail" }
        request.fields[InvokeRequestHeader.fault] = fault
        request.fields[InvokeRequestHeader.tenantID] = tenant
        return try await Self.call(request, onChunk: onChunk)
    }

    /// The last event of `InvokeWithResponseStream`.
    func invokeRaw(of name: String = "scripted", tail: Bool, _ steps: [ScriptedFunction.Step]) async throws
        -> InvokeComplete
    {
        let route = InvokeRoute.invokeWithResponseStream(FunctionReference(name: name))
        var request = StreamRequest(
            url: try HTTPAddress(self.addresses.endpoint + route.target),
            method: .post,
            body: ByteBuffer(string: try ScriptedFunction.Step.event(steps))
        )
        if tail { request.fields[InvokeRequestHeader.logType] = "Tail" }
        var decoder = EventStreamDecoder()
        try await StreamClient().run(request) { event in
            if case .chunk(let bytes, _) = event { decoder.append(bytes) }
        }
        var last: EventStreamMessage?
        while let message = try decoder.next() { last = message }
        return try InvokeComplete(parsing: try #require(last).payload)
    }

    /// Requests a scripted function's own Function URL.
    func request(at index: Int = 0, fault: String? = nil, _ steps: [ScriptedFunction.Step]) async throws -> Reply {
        let url = self.addresses.functionURL(port: self.addresses.functionURLs[index].port)
        let body = ByteBuffer(string: try ScriptedFunction.Step.event(steps))
        let fields = fault.map { [InvokeRequestHeader.fault: $0] as HTTPFields } ?? [:]
        return try await Self.call(
            StreamRequest(url: try HTTPAddress(url), method: .post, fields: fields, body: body)
        )
    }

    private static func call(
        _ request: StreamRequest,
        onChunk: (String) async throws -> Void = { _ in }
    ) async throws -> Reply {
        var reply = Reply()
        try await StreamClient().run(request) { event in
            reply.record(event)
            if case .chunk = event { try await onChunk(reply.body) }
        }
        return reply
    }

    /// Runs a service with these functions for as long as the closure runs.
    static func run<Result: Sendable>(
        _ functions: FunctionConfiguration...,
        hostVariables: [String: String] = ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin"],
        callerBounds: ConnectionBounds = .callers,
        accountConcurrency: Int = Limits.accountConcurrency,
        limits: ServiceLimits? = nil,
        faults: FaultPlan = .none,
        feedHeartbeat: TimeAmount? = nil,
        sharesProcessors: Bool = false,
        limitsMemoryByGroups: Bool = true,
        log: Log = Log(),
        onEvent: @escaping @Sendable (LogEvent) -> Void = { _ in },
        body: @Sendable (LocalLambda) async throws -> Result
    ) async throws -> Result {
        var configuration = EmulatorConfiguration(functions: functions, hostVariables: hostVariables)
        configuration.port = 0
        configuration.callerBounds = callerBounds
        configuration.accountConcurrency = accountConcurrency
        configuration.limits = limits ?? .unpaced
        configuration.faults = faults
        configuration.sharesProcessors = sharesProcessors
        configuration.limitsMemoryByGroups = limitsMemoryByGroups
        if let feedHeartbeat { configuration.feedHeartbeat = feedHeartbeat }
        return try await Emulator.run(
            configuration,
            onEvent: { event in
                log.record(event)
                onEvent(event)
            }
        ) { addresses in
            try await body(LocalLambda(addresses: addresses, log: log))
        }
    }
}

extension ServiceLimits {
    /// Lambda's, but without the wait, and for as many requests a second as a test makes: for tests of something else.
    static var unpaced: Self {
        var limits = Self.lambda
        limits.pacesStreams = false
        limits[.requestsPerSecond] = ServiceLimit.requestsPerSecond.largestValue
        return limits
    }
}
