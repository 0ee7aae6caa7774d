// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire
internal import Subprocess

#if canImport(System)
internal import struct System.FilePath
#else
internal import struct SystemPackage.FilePath
#endif

/// Runs the build command once, with what it prints in the service's log.
///
/// It has a process group of its own, which is ended with it, whoever of it is left: when the command has exited, and
/// when the task is cancelled.
struct BuildRun: Sendable {
    let command: [String]
    let workingDirectory: String
    let control: EmulatorControl

    func run() async -> BuildEnd {
        guard let program = self.command.first else { return .succeeded }
        do {
            let control = self.control
            let output = try await OutputPipe.open(on: control.eventLoop) {
                LogLineHandler { control.recordOnLoop(.watch(.buildOutput($0))) }
            }
            let end = try await self.run(program, writingTo: output)
            // What it printed last is said before its end is. What it left running in a session of its own may hold
            // the pipe for ever, and is not waited for.
            control.eventLoop.scheduleTask(in: .milliseconds(Int64(Limits.lastBuildOutputMilliseconds))) {
                output.channel.close(promise: nil)
            }
            try? await output.channel.closeFuture.get()
            return end
        } catch {
            if let problem = EntrypointProblem(program: program, workingDirectory: self.workingDirectory) {
                return .failed("\(problem)")
            }
            return .failed("could not start \(program): \(error)")
        }
    }

    private func run(_ program: String, writingTo output: OutputPipe) async throws -> BuildEnd {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let isPath = program.utf8.contains(UInt8(ascii: "/"))
        let result = try await Subprocess.run(
            isPath ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(self.command.dropFirst())),
            environment: .inherit,
            workingDirectory: FilePath(self.workingDirectory),
            platformOptions: options,
            input: .none,
            output: .fileDescriptor(output.writingEnd, closeAfterSpawningProcess: true),
            error: .combinedWithOutput
        ) { execution in
            ProcessGroup(id: execution.processIdentifier.value)
        }
        result.closureResult.kill()
        return switch result.terminationStatus {
        case .exited(0): .succeeded
        case .exited(let code): .failed("exit code \(code)")
        case .signaled(let number): .failed("signal \(number)")
        }
    }
}
