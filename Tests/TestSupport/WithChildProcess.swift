// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Foundation
internal import NIOCore
internal import NIOPosix

/// Runs a program for as long as the closure runs; then it and everything that it started is killed, also on a throw.
///
///     try await withChildProcess(BuiltProducts.url(of: "sluice").path, ["serve", "--ready", "json"]) { sluice in
///         let ready = try await sluice.line()
///         …
///         #expect(try await sluice.terminate() == .code(0))
///     }
///
/// - Parameters:
///   - program: A path, or a name to be found by `PATH`.
///   - environment: All of its variables.
///   - directory: Its working directory; this process's own by default.
package func withChildProcess<Result>(
    _ program: String,
    _ arguments: [String] = [],
    environment: [String: String] = RunEnvironment.all,
    directory: String? = nil,
    _ body: (ChildProcess) async throws -> Result
) async throws -> Result {
    let child = try await ChildProcess.start(program, arguments, environment: environment, directory: directory)
    do {
        let result = try await body(child)
        await child.end()
        return result
    } catch {
        await child.end()
        throw error
    }
}

/// What a program that ran to its end left behind.
package struct ProgramResult: Sendable, CustomStringConvertible {
    package let exit: ChildProcess.Exit
    package let standardOutput: [UInt8]
    package let standardError: [UInt8]

    package var outputText: String { String(decoding: self.standardOutput, as: UTF8.self) }
    package var errorText: String { String(decoding: self.standardError, as: UTF8.self) }

    package var description: String {
        "\(self.exit); standard output: \(self.outputText.suffix(4_000)); standard error: \(self.errorText.suffix(4_000))"
    }
}

/// Runs a program to its end.
///
/// - Parameter input: What it reads from its standard input, which then ends.
/// - Throws: `DeadlinePassed` when it has not ended in time; it is killed then.
package func runProgram(
    _ program: String,
    _ arguments: [String] = [],
    environment: [String: String] = RunEnvironment.all,
    directory: String? = nil,
    input: [UInt8] = [],
    within limit: Duration = .seconds(120)
) async throws -> ProgramResult {
    try await withChildProcess(program, arguments, environment: environment, directory: directory) { child in
        async let fed: Void = child.feed(input)
        let exit = try await child.exit(within: limit)
        let result = ProgramResult(
            exit: exit,
            standardOutput: try await child.end(of: .standardOutput, within: limit),
            standardError: try await child.end(of: .standardError, within: limit)
        )
        await fed
        return result
    }
}

extension ChildProcess {
    /// Writes all of its standard input; a program that ends without reading it to the end is no failure.
    fileprivate func feed(_ input: [UInt8]) async {
        if !input.isEmpty { try? await self.write(input) }
        try? await self.closeStandardInput()
    }

    fileprivate static func start(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        directory: String?
    ) async throws -> ChildProcess {
        let name = ([program] + arguments).joined(separator: " ")
        let spawned = try SpawnedProcess(program, arguments, environment: environment, directory: directory)
        let progress = Watched(Progress()) { $0.description }
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let exit = loop.makePromise(of: Exit.self)
        spawned.reap(into: progress, exit)

        // Both descriptors are NIO's from here on; it closes them when the other end does, or with the channel.
        for (descriptor, stream) in [(spawned.output, Stream.standardOutput), (spawned.error, .standardError)] {
            _ = try await NIOPipeBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            StreamRecorder(stream: stream, progress: progress)
                        )
                    }
                }
                .takingOwnershipOfDescriptor(input: descriptor)
                .get()
        }
        let standardInput = try await NIOPipeBootstrap(group: loop)
            .takingOwnershipOfDescriptor(output: spawned.input)
            .get()
        return ChildProcess(
            name: name,
            processID: spawned.processID,
            progress: progress,
            exitFuture: exit.futureResult,
            standardInput: standardInput
        )
    }
}

/// Notes what a child prints.
private final class StreamRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let stream: ChildProcess.Stream
    private let progress: Watched<ChildProcess.Progress>

    init(stream: ChildProcess.Stream, progress: Watched<ChildProcess.Progress>) {
        self.stream = stream
        self.progress = progress
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = self.unwrapInboundIn(data)
        self.progress.update { $0[self.stream].bytes += buffer.readableBytesView }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.progress.update { $0[self.stream].ended = true }
    }
}
