// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import SluiceEmulator

/// The options that say what is watched for changes.
struct WatchSettings: ParsableArguments {
    @Flag(name: .long, help: "When a function's program or script changes, run the new one from then on.")
    var watch = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file or folder to watch besides, with all in it, but not where logs are written; can be repeated. "
                + "Stands for --watch too.",
            valueName: "path"
        ),
        completion: .file()
    )
    var watchPath: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Built with this at the start and when a --watch-path changes.", valueName: "command")
    )
    var build: String?

    func validate() throws {
        if self.build != nil, self.watchPath.isEmpty {
            throw ValidationError(
                "--build needs to know when: name the folder of the sources, as in --watch-path Sources."
            )
        }
        _ = try self.buildCommand()
        for path in self.watchPath { try HostProcess.checkExists(path, option: "--watch-path") }
    }

    private func buildCommand() throws -> [String] {
        guard let build = self.build else { return [] }
        let words = try CommandWords.split(build, called: "The command of --build", option: "--build ")
        guard !words.isEmpty else { throw ValidationError("The command of --build is empty.") }
        return words
    }

    /// - Returns: `nil` when nothing is to be watched.
    func configuration(of functions: [FunctionConfiguration]) throws -> WatchConfiguration? {
        guard self.watch || !self.watchPath.isEmpty else { return nil }
        return WatchConfiguration(
            functions: functions,
            paths: self.watchPath,
            buildCommand: try self.buildCommand(),
            workingDirectory: HostProcess.workingDirectory
        )
    }
}
