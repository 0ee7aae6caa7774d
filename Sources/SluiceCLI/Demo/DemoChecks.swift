// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceEmulator
internal import SluiceServiceWire
internal import SluiceWire

/// Calls the example function in each way that streams, and judges what came.
struct DemoChecks: Sendable {
    let addresses: Emulator.Addresses
    let witness: DemoWitness
    let console: ConsoleService.Console

    private static let words = 12
    private static let gapMilliseconds = 40

    /// Answers whether everything was as it should be.
    func run() async throws -> Bool {
        let query = "words=\(Self.words)&gap=\(Self.gapMilliseconds)"
        let url = try await self.call(try self.functionURL("tokens?\(query)"))
        self.show("GET /tokens?\(query) on the Function URL", url.timeline)
        let api = try await self.call(self.apiRequest(path: "/tokens", query: query))
        let failing = "fail?after=\(DemoVerdict.chunksBeforeFailure)"
        let failure = try await self.call(try self.functionURL(failing))
        self.show("GET /\(failing), which fails on purpose", failure.timeline)

        let verdict = DemoVerdict(url: url, api: api, failure: failure, words: Self.words)
        let style = self.console.style
        for finding in verdict.findings {
            let mark = finding.isGood ? style.paint(.green, "✓") : style.paint(.red, "✗")
            self.console.print(lines: ["  \(mark) \(finding.claim)"])
        }
        let last = verdict.isGood ? style.paint(.green, "Good: it streams.") : style.paint(.red, "Something is wrong.")
        self.console.print(lines: ["", last])
        return verdict.isGood
    }

    private func show(_ title: String, _ timeline: Timeline) {
        let style = Timeline.Style(isColored: self.console.style.isColored)
        self.console.print(lines: ["", self.console.style.paint(.bold, title), ""])
        self.console.print(lines: timeline.lines(style).map { "  " + $0 } + [""])
    }

    private func call(_ request: StreamRequest) async throws -> DemoObservation {
        var observation = DemoObservation()
        try await StreamClient().run(request) { event in
            observation.record(event, hasEnded: self.witness.hasEnded(request.target))
        }
        return observation
    }

    private func functionURL(_ target: String) throws -> StreamRequest {
        let port = self.addresses.functionURLs.first?.port ?? self.addresses.endpointPort
        return StreamRequest(url: try HTTPAddress(self.addresses.functionURL(port: port) + target), method: .get)
    }

    /// The event that a Function URL would make, sent by hand.
    private func apiRequest(path: String, query: String) throws -> StreamRequest {
        let event = FunctionURLEvent.json(
            FunctionURLRequest(
                method: "GET",
                target: path + "?" + query,
                fields: [:],
                sourceIP: "127.0.0.1",
                port: self.addresses.endpointPort,
                domainName: "localhost",
                domainPrefix: DemoCommand.functionName,
                requestID: "demo",
                traceID: "",
                millisecondsSinceEpoch: 0
            )
        )
        return StreamRequest(
            function: FunctionReference(name: DemoCommand.functionName),
            isStreaming: true,
            endpoint: try HTTPAddress(self.addresses.endpoint),
            payload: event
        )
    }
}
