// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import SluiceServiceWire
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
        self.paths = Set(configuration.paths.map { ProgramFiles.absolute($0, in: configuration.workingDirectory) })
            .sorted()
    }

    /// Runs until its task is cancelled, and ends a build that is under way then.
    ///
    /// - Parameter whenReady: called once it watches, and the first build, if there is one, has ended: people have the
    ///   program built when they say that it is to be built, and there may be none before.
    package func run(whenReady: @Sendable () async -> Void = {}) async {
        guard let first = await self.scan() else { return }
        var machine = WatchMachine(first.snapshot, builds: !self.configuration.buildCommand.isEmpty)
        var last = first
        if !self.configuration.buildCommand.isEmpty {
            machine.buildBegan()
            last = await self.build(&machine, isFirst: true) ?? first
        }
        if Task.isCancelled { return }
        await whenReady()
        await self.tellScope(last)
        var told: Set<String> = []
        while (try? await Task.sleep(for: .nanoseconds(self.configuration.interval.nanoseconds))) != nil {
            guard let scan = await self.scan() else { return }
            if !last.isIncomplete { await self.tellIfIncomplete(scan) }
            last = scan
            var decision = machine.polled(scan.snapshot)
            if case .leaveOut(let changes, let rest) = decision {
                await self.tellLeftOut(changes, &told)
                decision = rest
            }
            switch decision {
            case .nothing, .leaveOut:
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

    /// - Returns: what was seen after it; `nil` when the task is cancelled.
    @discardableResult
    private func build(_ machine: inout WatchMachine, isFirst: Bool = false) async -> WatchScan? {
        await self.tell(.buildStarted(command: self.configuration.buildCommand))
        let startedAt = NIODeadline.now()
        let end = await BuildRun(
            command: self.configuration.buildCommand,
            workingDirectory: self.configuration.workingDirectory,
            control: self.control
        ).run()
        guard !Task.isCancelled, let scan = await self.scan() else { return nil }
        await self.tell(.buildEnded(end, after: .now() - startedAt, isFirst: isFirst))
        switch machine.buildEnded(succeeded: end == .succeeded, scan.snapshot) {
        case .renew: await self.control.renew()
        case .keep: break
        }
        return scan
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
        let paths = changes.paths
        await self.tell(.changed(paths: self.shown(paths), count: paths.count))
    }

    /// Once of each, and not of any number of them: a program may give its files a new name each time.
    private func tellLeftOut(_ changes: WatchChanges, _ told: inout Set<String>) async {
        let room = Limits.maximumRestlessFilesTold - told.count
        let paths = changes.paths.filter { !told.contains($0) }.prefix(max(0, room))
        guard !paths.isEmpty else { return }
        told.formUnion(paths)
        await self.tell(.leftOut(paths: self.shown(paths), count: paths.count))
    }

    private func tellIfIncomplete(_ scan: WatchScan) async {
        if scan.isIncomplete { await self.tell(.tooManyFiles(limit: Limits.maximumWatchedFiles)) }
    }

    private func tellScope(_ scan: WatchScan) async {
        let snapshot = scan.snapshot
        for function in self.configuration.functions {
            let scope = ProgramFiles.scope(of: function, from: self.configuration.workingDirectory) {
                snapshot.programs[$0] != nil
            }
            await self.tell(.watchingFunction(function.name, scope))
        }
        await self.tell(.watching(files: snapshot.sources.count, paths: self.paths.map(self.shortened)))
        await self.tellIfIncomplete(scan)
    }

    private func shown(_ paths: some Collection<String>) -> [String] {
        paths.prefix(Limits.maximumChangesShown).map(self.shortened)
    }

    private func shortened(_ path: String) -> String {
        ProgramFiles.shortened(path, in: self.configuration.workingDirectory)
    }

    private func tell(_ news: WatchNews) async { await self.control.record(.watch(news)) }
}
