// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
package import Sluice
internal import Subprocess

// Scoped, because NIO has a FileDescriptor too.
#if canImport(System)
internal import struct System.FileDescriptor
internal import struct System.FilePath
#else
internal import struct SystemPackage.FileDescriptor
internal import struct SystemPackage.FilePath
#endif

/// The application as a process of the adapter's: started with it, its end told, and gone when the adapter is.
package struct Application: FunctionCompany {
    private static let name = "the application"

    private let command: [String]
    private let state: ApplicationState
    private let socketPath: String?

    /// - Parameters:
    ///   - command: the program and its arguments; it gets the adapter's own variables.
    ///   - socketPath: the Unix socket that it is going to make, if it makes one.
    package init(command: [String], state: ApplicationState, socketPath: String? = nil) {
        self.command = command
        self.state = state
        self.socketPath = socketPath
    }

    package func run(
        until termination: @escaping @Sendable () async -> Void,
        _ function: @escaping @Sendable (CompanyMembership) async -> RuntimeFailure
    ) async -> CompanyEnd {
        let state = self.state
        // The end is waited for here, from before the application starts: the function only does when it serves.
        let membership = CompanyMembership(mayServe: { !state.hasEnded }, onShutdown: Self.untilCancelled)
        return await withTaskGroup(of: CompanyEnd.self) { group in
            group.addTask {
                await termination()
                return .function(Task.isCancelled ? .cancelled : .terminated)
            }
            group.addTask { await self.runProcess() }
            group.addTask { .function(await function(membership)) }
            var first = await group.next() ?? .function(.cancelled)
            // It asks for nothing any more since the application has ended, which is the reason.
            if case .function(.cancelled) = first, state.hasEnded { first = await group.next() ?? first }
            // Asks the application to end, and kills it when it takes too long; or cancels the function.
            group.cancelAll()
            await group.waitForAll()
            return first
        }
    }

    private static func untilCancelled() async {
        guard let loop = MultiThreadedEventLoopGroup.currentEventLoop else {
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
            return
        }
        _ = await OneShot<Void>(loop: loop).wait()
    }

    private func runProcess() async -> CompanyEnd {
        let output = ErrorOutput()
        do {
            let status = try await self.run(output)
            self.state.applicationEnded()
            // Who is being served gets what the application had sent, and is told that the response broke off, before this
            // process ends, too: with a slow reader that takes as long as it takes, up to the invocation's deadline.
            try await self.state.awaitIdle()
            return .service(
                name: Self.name,
                ReadinessError.exited(ApplicationExit(status, lastLines: output.lastLines))
            )
        } catch {
            self.state.applicationEnded()
            let command = self.command.joined(separator: " ")
            return .service(name: Self.name, ReadinessError.notStarted(command: command, reason: "\(error)"))
        }
    }

    private struct NoCommand: Error, CustomStringConvertible {
        let description = "there is no command"
    }

    private func run(_ output: ErrorOutput) async throws -> ApplicationExit.Status {
        guard let program = self.command.first else { throw NoCommand() }
        guard let loop = MultiThreadedEventLoopGroup.currentEventLoop else { throw NoCommand() }
        self.state.applicationStarted(output)
        if let path = self.socketPath { await LeftoverSocket.remove(path, on: loop) }
        let (writingEnd, channel) = try await output.open(on: loop)
        // In the adapter's own process group: who freezes, measures or ends the one means both.
        var options = PlatformOptions()
        options.teardownSequence = [
            .send(
                signal: .terminate,
                allowedDurationToNextStep: .milliseconds(AdapterLimits.shutdownMilliseconds)
            ),
            .send(signal: .kill, allowedDurationToNextStep: .zero),
        ]
        let result = try await Subprocess.run(
            program.utf8.contains(UInt8(ascii: "/")) ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(self.command.dropFirst())),
            platformOptions: options,
            input: .none,
            output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
            error: .fileDescriptor(writingEnd, closeAfterSpawningProcess: true)
        )
        // What it wrote last may still be in the pipe.
        try? await Task.sleep(for: .milliseconds(AdapterLimits.lastWordsMilliseconds))
        channel.close(promise: nil)
        switch result.terminationStatus {
        case .exited(let code): return .code(Int(code))
        case .signaled(let number): return .signal(Int(number))
        }
    }
}
