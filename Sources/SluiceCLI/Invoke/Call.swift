// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import SluiceWire

/// One call of `sluice invoke`: runs it, says what came of it, and ends with the exit code that tells how.
struct Call: Sendable {
    let request: StreamRequest
    let client: StreamClient

    static let brokenOff = ExitCode(2)
    static let noConnection = ExitCode(3)
    /// As a shell has it of a program that SIGINT and SIGPIPE end: 128 and the signal's number.
    static let interrupted = ExitCode(128 + 2)
    static let unread = ExitCode(128 + 13)

    /// - Throws: the exit code, unless the answer is complete.
    func run(_ record: CallRecord) async throws {
        do {
            try await self.client.run(self.request) { try record.take($0) }
        } catch let error as CannotConnect {
            let hint = self.request.kind == .functionURL || !error.isRefusal ? "" : ". Is `sluice serve` running?"
            CallReport.complain("\(error)\(hint)")
            throw Self.noConnection
        } catch let error as StandardStreams.Failure {
            // A reader such as `head` that has seen enough: end as a program does that this kills.
            if error != .closed { CallReport.complain("\(error)") }
            throw error == .closed ? Self.unread : .failure
        }
        guard let report = record.end() else { throw Self.interrupted }
        for line in report.lines(.ofThisProcess) { StandardStreams.writeLine(line, to: .error) }
        switch report.timeline.end {
        case .complete: return
        case .failed: throw ExitCode.failure
        case .left: throw Self.interrupted
        case .broken, nil: throw Self.brokenOff
        }
    }

    /// The same; at the first signal it says what has come until then, and ends the process. A second one ends it at
    /// once, if nobody takes what is said.
    ///
    /// It does not wait for the call: names are looked up, and output is written, by calls that cannot be cancelled.
    func run(_ record: CallRecord, until signals: StopSignals) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await self.run(record) }
            tasks.addTask {
                guard await signals.wait() else { return }
                // When the call has ended just now, that is being said.
                guard let report = record.leave(at: .now) else { return }
                for line in report.lines(.ofThisProcess) {
                    await StandardStreams.writeWhenReady(line + "\n", to: .error)
                }
                InvokeCommand.exit(withError: Self.interrupted)
            }
            tasks.addTask {
                if await signals.waitForSecond() { InvokeCommand.exit(withError: Self.interrupted) }
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }
}
