// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
internal import SluiceEmulator
internal import SluiceWire

/// `sluice demo`: the local Lambda with the example function, to look at or to check itself.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Serve an example function that streams, and say what to try.",
        discussion: """
            With --once nothing is left running: the demo calls the function itself, draws when each chunk came, \
            and checks that the stream was live and that a failure was seen as one. The exit code is 0 when all of \
            that is so, and 1 when it is not.
            """
    )

    @Flag(name: .long, help: "Call the function, check that it streams, and exit.")
    var once = false

    @Option(
        name: .long,
        help:
            "The endpoint's port, the Function URL's is the next; 0 lets the system choose. (default: 9000; 0 with --once)"
    )
    var port: Int?

    static let functionName = "demo"
    private static let program = "SluiceDemoFunction"

    func validate() throws {
        guard (0...65_534).contains(self.port ?? 0) else {
            throw ValidationError("--port must be 0 to 65534, not \(self.port ?? 0).")
        }
    }

    func run() async throws {
        guard let program = HostProcess.siblingProgram(named: Self.program) else {
            StandardStreams.writeLine(
                "sluice: \(Self.program) is not beside sluice; build both: swift build",
                to: .error
            )
            throw ExitCode.failure
        }
        let port = self.port ?? (self.once ? 0 : 9000)
        var function = FunctionConfiguration(
            name: Self.functionName,
            command: [program],
            workingDirectory: HostProcess.workingDirectory
        )
        function.urlPort = port == 0 ? 0 : port + 1
        function.timeout = .seconds(Int64(Limits.demoTimeoutSeconds))
        var configuration = EmulatorConfiguration(functions: [function], hostVariables: HostProcess.variables)
        configuration.port = port
        if self.once {
            try await self.checkOnce(configuration)
        } else {
            let stopSignals = await StopSignals.trap()
            try await ConsoleService.run(configuration, stopSignals: stopSignals) { addresses, console in
                console.print(lines: DemoText.whatToTry(addresses, style: console.style))
                await stopSignals.wait()
            }
        }
    }

    private func checkOnce(_ configuration: EmulatorConfiguration) async throws {
        let witness = DemoWitness()
        let stopSignals = await StopSignals.trap()
        let isGood = try await ConsoleService.run(
            configuration,
            showsLog: false,
            observe: { witness.saw($0) },
            stopSignals: stopSignals,
            body: { addresses, console in
                let checks = DemoChecks(addresses: addresses, witness: witness, console: console)
                return try await stopSignals.run { try await checks.run() } ?? false
            }
        )
        guard isGood else { throw ExitCode.failure }
    }
}
