// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import HTTPTypes
internal import NIOCore
internal import SluiceWire

/// `sluice logs`: what a running local Lambda has done, and does.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show the log of a running local Lambda.",
        discussion: """
            What sluice serve and sluice demo remember of their log is printed, oldest first, and with --follow also what \
            comes later, until they stop. With --json each event is a line of JSON with its number, its time and what it \
            is about. The same is at the endpoint's /_sluice/events, for programs and, as server-sent events, for \
            browsers.

            Exit codes: 0 when the log was read to its end, also when the local Lambda has gone meanwhile; 1 when what \
            is at the endpoint refuses it or is no local Lambda; 3 when nobody listens there.

            Examples:
              sluice logs
              sluice logs --follow --function hello
              sluice logs --follow --json | jq 'select(.type == "invocation.report")'
            """
    )

    @Flag(name: .shortAndLong, help: "Go on with what happens from now on.")
    var follow = false

    @Flag(help: "One line of JSON for each event.")
    var json = false

    @Option(help: ArgumentHelp("Only what concerns this function.", valueName: "name"))
    var function: String?

    @Option(help: ArgumentHelp("Where the local Lambda is.", valueName: "url"))
    var endpoint = "http://127.0.0.1:9000"

    private static let path = "/_sluice/events"

    func validate() throws { _ = try self.address() }

    private func address() throws -> HTTPAddress {
        do throws(HTTPAddress.Malformed) {
            let base = try HTTPAddress(self.endpoint)
            if base.target == "/", !base.isSecure {
                let authority = HTTPAddress.authority(host: base.host, port: base.port)
                return try HTTPAddress("http://" + authority + Self.path + (self.follow ? "?follow=1" : ""))
            }
        } catch {
            throw ValidationError("--endpoint: \(error).")
        }
        throw ValidationError("--endpoint is http://HOST:PORT of a local Lambda, with no path, not \(self.endpoint).")
    }

    func run() async throws {
        StandardStreams.ignoreBrokenPipes()
        let style = TerminalStyle(isColored: StandardStreams.outputIsColored)
        let log = ConsoleLog(style: style, isComplete: true)
        var reader = FeedReader(prints: self.json ? .json : .text(log), function: self.function)
        var end: StreamEnd?
        do {
            try await StreamClient().run(StreamRequest(url: try self.address(), method: .get)) { event in
                switch event {
                case .chunk(let bytes, _):
                    for line in try reader.lines(in: bytes) {
                        try StandardStreams.write(ByteBuffer(string: line + "\n"), to: .output)
                    }
                case .end(let how, _): end = how
                case .connected, .head, .log: break
                }
            }
        } catch let error as CannotConnect {
            CallReport.complain("\(error)" + (error.isRefusal ? ". Is `sluice serve` running?" : ""))
            throw Call.noConnection
        } catch let error as StandardStreams.Failure {
            if error != .closed { CallReport.complain("\(error)") }
            throw error == .closed ? Call.unread : .failure
        } catch let error as FeedReader.Failure {
            CallReport.complain("\(error)")
            throw ExitCode.failure
        }
        // A local Lambda that was killed leaves its readers without an end; what came is whole all the same.
        if case .failed(let type, let message) = end {
            CallReport.complain(message.map { "\(type): \($0)" } ?? type)
            throw ExitCode.failure
        }
    }
}
