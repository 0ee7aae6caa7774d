// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// Looks after what functions at work use: has those ended that take more memory than they may, and says of which ones the
/// temporary files take more room than Lambda has for them.
///
/// Lambda's limit of memory is the kernel's, on the page that goes over it, and so it is here where a control group can be
/// made; this one looks every `Limits.environmentWatchMilliseconds`, which needs no rights over those. What is over the limit
/// only between two looks is told by the peak in the REPORT line. Where there is a group, it asks whether the kernel has
/// killed some of an environment's processes, and has the others ended too.
///
/// It looks for as long as there is something that can run, and once more at the files of what was frozen since. What is
/// frozen cannot grow, so a service whose environments all are idle wakes nothing.
struct EnvironmentWatch: Sendable {
    /// One for the times at which processes began to run, or went on; several that nobody has seen yet are one.
    let stirs: AsyncStream<Void>
    /// Waits until it is time for the next look.
    let pause: @Sendable () async -> Void
    /// Looks once, and answers whether there was anything to look at.
    let look: @Sendable () async -> Bool

    /// Runs until it is cancelled.
    func run() async {
        for await _ in self.stirs {
            repeat { await self.pause() } while await self.look() && !Task.isCancelled
        }
    }
}

extension EnvironmentWatch {
    init(of service: NIOLoopBound<LambdaService>, on eventLoop: any EventLoop, stirs: AsyncStream<Void>) {
        self.init(
            stirs: stirs,
            pause: { try? await Task.sleep(for: .milliseconds(Limits.environmentWatchMilliseconds)) },
            look: {
                let subjects = try? await eventLoop.submit { service.value.watchSubjects() }.get()
                for subject in subjects ?? [] { subject.look(on: eventLoop) }
                return subjects?.isEmpty == false
            }
        )
    }

    /// One environment at work, or one that was frozen since the last look.
    struct Subject: Sendable {
        let environment: NIOLoopBound<ExecutionEnvironment>
        /// The runtime's, and those of external extensions; none where their memory has no limit, or they are frozen.
        let groups: [ProcessGroup]
        let controlGroups: EnvironmentGroups
        /// Of processes that others have replaced.
        let killsBefore: Int
        let limitMegabytes: Int
        /// That of its temporary files, where their room has a limit.
        let folder: String?
        let ephemeralStorageMegabytes: Int
        let attempt: Int

        /// Files are read here, off the loop: it takes as long as the function is large.
        fileprivate func look(on eventLoop: any EventLoop) {
            self.lookAtMemory(eventLoop)
            self.lookAtFiles(eventLoop)
        }

        private func lookAtMemory(_ eventLoop: any EventLoop) {
            guard !self.groups.isEmpty else { return }
            let used = ProcessMemory.excess(of: self.groups.map(\.id), over: self.limitMegabytes)
            guard used != nil || self.controlGroups.outOfMemoryKills > self.killsBefore else { return }
            eventLoop.execute { self.environment.value.exceededMemory(usedMegabytes: used, attempt: self.attempt) }
        }

        private func lookAtFiles(_ eventLoop: any EventLoop) {
            guard let folder = self.folder else { return }
            let bytes = FolderContents.bytes(in: folder, ofFirst: Limits.maximumMeasuredFiles)
            let used = (bytes + (1 << 20) - 1) >> 20
            guard used > self.ephemeralStorageMegabytes else { return }
            eventLoop.execute { self.environment.value.exceededStorage(usedMegabytes: used) }
        }
    }
}
