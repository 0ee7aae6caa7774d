// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Foundation
internal import NIOCore
internal import NIOPosix

/// A program that runs beside the test: what it prints and how it ends are awaited as events.
///
/// It lives in a session of its own, so that `withChildProcess` can end it together with everything that it started.
package final class ChildProcess: Sendable {
    package enum Stream: String, Sendable {
        case standardOutput = "standard output"
        case standardError = "standard error"
    }

    package enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    struct Progress: Sendable {
        var output = StreamProgress()
        var error = StreamProgress()
        var exit: Exit?

        subscript(stream: Stream) -> StreamProgress {
            get { stream == .standardOutput ? self.output : self.error }
            set {
                switch stream {
                case .standardOutput: self.output = newValue
                case .standardError: self.error = newValue
                }
            }
        }
    }

    struct StreamProgress: Sendable {
        var bytes: [UInt8] = []
        /// How many of the bytes an awaited line has taken.
        var taken = 0
        var ended = false

        var text: String { String(decoding: self.bytes, as: UTF8.self) }
    }

    /// Also the number of its session and of its process group.
    package let processID: Int32
    package let name: String
    let progress: Watched<Progress>
    let exitFuture: EventLoopFuture<Exit>
    private let standardInput: any Channel

    init(
        name: String,
        processID: Int32,
        progress: Watched<Progress>,
        exitFuture: EventLoopFuture<Exit>,
        standardInput: any Channel
    ) {
        self.name = name
        self.processID = processID
        self.progress = progress
        self.exitFuture = exitFuture
        self.standardInput = standardInput
    }

    // MARK: What it prints

    /// The next line that fulfils the condition, without its line feed; lines before it are passed over.
    ///
    /// - Throws: `DeadlinePassed`, or `ChildEnded` when the stream ends without such a line.
    package func line(
        on stream: Stream = .standardOutput,
        within limit: Duration = TestDeadline.standard,
        where condition: @escaping @Sendable (String) -> Bool = { _ in true }
    ) async throws -> String {
        try await self.progress.first("a line of \(self.name) on \(stream.rawValue)", within: limit) { progress in
            while let line = progress[stream].takeLine() {
                if condition(line) { return line }
            }
            guard !progress[stream].ended else { throw ChildEnded(self, "without the awaited line", progress) }
            return nil
        }
    }

    /// Everything that it has printed on the stream so far, whether a line of it was awaited or not.
    package func printed(on stream: Stream) -> [UInt8] {
        self.progress.current[stream].bytes
    }

    /// Waits until so much has been printed on the stream that the condition holds, and returns all of it.
    package func bytes(
        on stream: Stream = .standardOutput,
        within limit: Duration = TestDeadline.standard,
        until condition: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        try await self.progress.first("bytes of \(self.name) on \(stream.rawValue)", within: limit) { progress in
            if condition(progress[stream].bytes) { return progress[stream].bytes }
            guard !progress[stream].ended else { throw ChildEnded(self, "without the awaited bytes", progress) }
            return nil
        }
    }

    /// Waits until the stream has ended: nobody has it open for writing any more.
    package func end(of stream: Stream, within limit: Duration = TestDeadline.standard) async throws -> [UInt8] {
        try await self.progress.first("the end of \(self.name)'s \(stream.rawValue)", within: limit) { progress in
            progress[stream].ended ? progress[stream].bytes : nil
        }
    }

    // MARK: What is done to it

    /// Writes to its standard input; waits until the kernel has taken the bytes.
    package func write(_ bytes: some Sequence<UInt8> & Sendable) async throws {
        try await self.standardInput.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    package func write(_ text: String) async throws {
        try await self.write(Array(text.utf8))
    }

    /// Ends its standard input.
    package func closeStandardInput() async throws {
        do {
            try await self.standardInput.close()
        } catch ChannelError.alreadyClosed {
            // It has closed its end first, which is all that was wanted.
        }
    }

    /// Sends a signal to the process alone, unless it has ended.
    package func send(signal: Int32) {
        self.progress.update { progress in
            // Once reaped, the number may be another process's.
            if progress.exit == nil { kill(self.processID, signal) }
        }
    }

    /// Asks it to stop, or sends another signal, and waits for its end.
    @discardableResult
    package func terminate(_ signal: Int32 = SIGTERM, within limit: Duration = TestDeadline.standard) async throws
        -> Exit
    {
        self.send(signal: signal)
        return try await self.exit(within: limit)
    }

    /// How it ended, once it has.
    package func exit(within limit: Duration = TestDeadline.standard) async throws -> Exit {
        try await self.progress.first("the exit of \(self.name)", within: limit) { $0.exit }
    }

    /// The processes that are alive in its session: itself, and what it started.
    package func livingProcesses() -> [Int32] {
        ProcessSession.members(of: self.processID)
    }

    /// Ends it and all that it started; returns when it is gone, also in a cancelled task.
    func end() async {
        ProcessSession.kill(self.processID)
        _ = try? await self.exitFuture.get()
        try? await self.closeStandardInput()
    }
}

extension ChildProcess.StreamProgress {
    /// The next line, or at the end what is left after the last line feed.
    mutating func takeLine() -> String? {
        let rest = self.bytes[self.taken...]
        guard let lineFeed = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            guard self.ended, !rest.isEmpty else { return nil }
            self.taken = self.bytes.count
            return String(decoding: rest, as: UTF8.self)
        }
        self.taken = lineFeed + 1
        return String(decoding: rest[..<lineFeed], as: UTF8.self)
    }
}

extension ChildProcess.Progress: CustomStringConvertible {
    /// What a failure shows of a child: how it ended and the end of what it printed.
    var description: String {
        let exit = self.exit.map { "\($0)" } ?? "still running"
        return
            "\(exit); standard output: \(self.output.text.suffix(4_000)); standard error: \(self.error.text.suffix(4_000))"
    }
}

/// A child's stream ended before what was awaited had been printed.
package struct ChildEnded: Error, CustomStringConvertible {
    package let description: String

    init(_ child: ChildProcess, _ what: String, _ progress: ChildProcess.Progress) {
        self.description = "\(child.name) ended \(what): \(progress)"
    }
}
