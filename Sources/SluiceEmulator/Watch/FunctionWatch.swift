// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import SluiceWire

/// Watches the files that functions are made of, has them built, and gives the functions new environments.
///
/// It looks at the files again and again: that works on every system and for folders of other machines too, where
/// changes are not told.
package struct FunctionWatch: Sendable {
    private let configuration: WatchConfiguration
    private let control: EmulatorControl
    /// Each function's program files.
    private let programs: [(name: String, paths: Set<String>)]
    private let paths: [String]

    package init(_ configuration: WatchConfiguration, of control: EmulatorControl) {
        self.configuration = configuration
        self.control = control
        self.programs = configuration.functions.map { ($0.name, Set(ProgramFiles.paths(of: $0))) }
        self.paths = configuration.paths.map { ProgramFiles.absolute($0, in: configuration.workingDirectory) }
    }

    /// Runs until its task is cancelled, and ends a build that is under way then.
    ///
    /// - Parameter whenReady: called once it watches, and the first build, if there is one, has ended: people have the
    ///   program built when they say that it is to be built, and there may be none before.
    package func run(whenReady: @Sendable () async -> Void = {}) async {
        guard let first = await self.scan() else { return }
        var machine = WatchMachine(first.snapshot, builds: !self.configuration.buildCommand.isEmpty)
        if !self.configuration.buildCommand.isEmpty {
            machine.buildBegan()
            await self.build(&machine)
        }
        if Task.isCancelled { return }
        await whenReady()
        await self.tell(.watching(programs: self.programs.count, files: first.snapshot.sources.count))
        var last = first
        while (try? await Task.sleep(for: .nanoseconds(self.configuration.interval.nanoseconds))) != nil {
            guard let scan = await self.scan() else { return }
            if scan.isIncomplete, !last.isIncomplete {
                await self.tell(.tooManyFiles(limit: Limits.maximumWatchedFiles))
            }
            last = scan
            switch machine.polled(scan.snapshot) {
            case .nothing:
                break
            case .renew(let changes):
                await self.tell(changes)
                await self.control.renew(self.functions(with: changes))
            case .build(let changes):
                await self.tell(changes)
                await self.build(&machine)
            }
        }
    }

    private func build(_ machine: inout WatchMachine) async {
        await self.tell(.buildStarted(command: self.configuration.buildCommand))
        let startedAt = NIODeadline.now()
        let end = await BuildRun(
            command: self.configuration.buildCommand,
            workingDirectory: self.configuration.workingDirectory,
            control: self.control
        ).run()
        guard !Task.isCancelled, let scan = await self.scan() else { return }
        await self.tell(.buildEnded(end, after: .now() - startedAt))
        switch machine.buildEnded(succeeded: end == .succeeded, scan.snapshot) {
        case .renew: await self.control.renew()
        case .keep: break
        }
    }

    /// Those whose programs have changed; all of them for what else is watched, since whose it is nobody says.
    private func functions(with changes: WatchChanges) -> Set<String>? {
        guard changes.sources.isEmpty else { return nil }
        return Set(self.programs.filter { !$0.paths.isDisjoint(with: changes.programs) }.map(\.name))
    }

    /// - Returns: `nil` when the task is cancelled.
    private func scan() async -> WatchScan? {
        let programs = self.programs.reduce(into: Set<String>()) { $0.formUnion($1.paths) }
        let paths = self.paths
        // Not on a thread of the tasks: a folder of another machine may take its time.
        return try? await NIOThreadPool.singleton.runIfActive { WatchScan(programs: programs, paths: paths) }
    }

    private func tell(_ changes: WatchChanges) async {
        let all = changes.sources + changes.programs
        let shown = all.prefix(Limits.maximumChangesShown).map {
            ProgramFiles.shortened($0, in: self.configuration.workingDirectory)
        }
        await self.tell(.changed(paths: shown, count: all.count))
    }

    private func tell(_ news: WatchNews) async { await self.control.record(.watch(news)) }
}
