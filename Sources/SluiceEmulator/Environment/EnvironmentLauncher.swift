// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire
internal import Subprocess

#if canImport(System)
internal import struct System.FilePath
#else
internal import struct SystemPackage.FilePath
internal import SluiceServiceWire
#endif

/// What is done off the event loop.
enum LauncherRequest: Sendable {
    case start(LaunchRequest)
    /// Nobody needs that folder any more.
    case remove(String)
    /// No process is to be in them any more.
    case removeGroups(EnvironmentGroups)
}

/// Who hears what becomes of a process. All calls come on the event loop.
///
/// `attempt` is the request's.
protocol LaunchedProcess: AnyObject {
    /// For what the process prints.
    func makeOutput() -> LogLineHandler
    func processStarted(_ group: ProcessGroup, attempt: Int)
    func processEnded(_ exit: InvocationFailure.Exit, attempt: Int)
    /// It never was there.
    func processCouldNotStart(_ failure: LaunchFailure, attempt: Int)
}

/// One process to start, and who hears of it.
struct LaunchRequest: Sendable {
    let process: NIOLoopBound<any LaunchedProcess>
    /// Which of the environment's processes it is, from 1.
    let attempt: Int
    let eventLoop: any EventLoop
    let command: [String]
    let variables: [String: String]
    let workingDirectory: String
    /// What it sees at `/opt`.
    let layers: Layers?
    let groups: EnvironmentGroups
}

/// Why a process could not be started.
struct LaunchFailure: Sendable {
    /// Whose it is.
    enum Fault { case entrypoint, workingDirectory, service }

    let reason: String
    var fault = Fault.entrypoint

    /// As the caller hears of it.
    func told(requestID: String) -> InvocationFailure {
        switch self.fault {
        case .entrypoint: .invalidEntrypoint(requestID: requestID, reason: self.reason)
        case .workingDirectory: .invalidWorkingDirectory(requestID: requestID, reason: self.reason)
        case .service: .serviceCannot(requestID: requestID, reason: self.reason)
        }
    }
}

/// Starts processes, waits for their ends and clears up after them. With the watch over memory it is the only part of
/// the service that is not on the event loop.
struct EnvironmentLauncher: Sendable {
    let requests: AsyncStream<LauncherRequest>
    /// For processes that have layers.
    let layerMount: LayerMount?

    /// Returns when the requests have ended and every process is gone.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await request in self.requests {
                switch request {
                case .start(let launch): group.addTask { await self.supervise(launch) }
                case .remove(let folder): group.addTask { FolderContents.remove(folder) }
                case .removeGroups(let groups): group.addTask { await groups.removeWhenEmpty() }
                }
            }
        }
    }

    private func supervise(_ request: LaunchRequest) async {
        let process = request.process
        do {
            let exit = try await self.runProcess(request)
            request.eventLoop.execute { process.value.processEnded(exit, attempt: request.attempt) }
        } catch {
            let failure = Self.failure(error, request)
            request.eventLoop.execute { process.value.processCouldNotStart(failure, attempt: request.attempt) }
        }
    }

    private func runProcess(_ request: LaunchRequest) async throws -> InvocationFailure.Exit {
        var (command, variables) = (request.command, request.variables)
        if let layers = request.layers, let layerMount = self.layerMount {
            // What mounts the layers would say in its own words that it cannot go on with the program.
            let searchPath = variables["PATH"] ?? ""
            if request.entrypointProblem(untriedIn: searchPath) != nil { throw LaunchError.wouldBeRefused }
            command = layerMount.start(command, with: layers, variables: &variables)
        }
        guard let program = command.first else { throw LaunchError.emptyCommand }
        var options = PlatformOptions()
        options.processGroupID = 0
        // Reached only when the whole service is cancelled.
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let isPath = program.utf8.contains(UInt8(ascii: "/"))
        let output = try await Self.outputPipe(request)
        let result = try await Subprocess.run(
            isPath ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) })
            ),
            workingDirectory: FilePath(request.workingDirectory),
            platformOptions: options,
            input: .none,
            output: .fileDescriptor(output.writingEnd, closeAfterSpawningProcess: true),
            error: .combinedWithOutput
        ) { execution in
            let group = ProcessGroup(id: execution.processIdentifier.value)
            let process = request.process
            request.eventLoop.execute { process.value.processStarted(group, attempt: request.attempt) }
            // The kernel may take its time, and whoever has something for the process need not wait for it.
            request.groups.add(group.id)
        }
        switch result.terminationStatus {
        case .exited(let code): return .code(Int(code))
        case .signaled(let number): return .signal(Int(number))
        }
    }

    private static func outputPipe(_ request: LaunchRequest) async throws -> OutputPipe {
        let process = request.process
        return try await OutputPipe.open(on: request.eventLoop) { process.value.makeOutput() }
    }

    private static func failure(_ error: any Error, _ request: LaunchRequest) -> LaunchFailure {
        guard let problem = request.entrypointProblem() else {
            return LaunchFailure(reason: "fork/exec \(request.command.first ?? ""): \(error)")
        }
        let fault: LaunchFailure.Fault = problem.isOfWorkingDirectory ? .workingDirectory : .entrypoint
        return LaunchFailure(reason: "\(problem)", fault: fault)
    }
}

extension LaunchRequest {
    fileprivate func entrypointProblem(untriedIn searchPath: String? = nil) -> EntrypointProblem? {
        EntrypointProblem(
            program: self.command.first ?? "",
            workingDirectory: self.workingDirectory,
            layers: self.layers,
            untriedIn: searchPath
        )
    }
}

private enum LaunchError: Error { case emptyCommand, wouldBeRefused }
