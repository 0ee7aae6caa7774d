// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// Looks after the memory of functions at work, and has those ended that use more than they may.
///
/// Lambda's limit is the kernel's, on the page that goes over it, and so it is here where a control group can be made;
/// this one looks every `Limits.memoryWatchMilliseconds`, which needs no rights over those. What is over the limit only
/// between two looks is told by the peak in the REPORT line. Where there is a group, it asks whether the kernel has killed
/// some of an environment's processes, and has the others ended too.
///
/// It looks for as long as there is something that can run. What is frozen cannot grow, so a service whose environments
/// all are idle wakes nothing.
struct MemoryWatch: Sendable {
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

extension MemoryWatch {
    init(of service: NIOLoopBound<LambdaService>, on eventLoop: any EventLoop, stirs: AsyncStream<Void>) {
        self.init(
            stirs: stirs,
            pause: { try? await Task.sleep(for: .milliseconds(Limits.memoryWatchMilliseconds)) },
            look: {
                let subjects = try? await eventLoop.submit { service.value.subjectsOfMemoryWatch() }.get()
                for subject in subjects ?? [] { subject.look(on: eventLoop) }
                return subjects?.isEmpty == false
            }
        )
    }

    /// One environment at work.
    struct Subject: Sendable {
        let environment: NIOLoopBound<ExecutionEnvironment>
        /// The runtime's, and those of external extensions.
        let groups: [ProcessGroup]
        let controlGroups: EnvironmentGroups
        /// Of processes that others have replaced.
        let killsBefore: Int
        let limitMegabytes: Int
        let attempt: Int

        /// Files of the kernel are read here, off the loop: they take as long as the function is large.
        fileprivate func look(on eventLoop: any EventLoop) {
            let used = ProcessMemory.excess(of: self.groups.map(\.id), over: self.limitMegabytes)
            guard used != nil || self.controlGroups.outOfMemoryKills > self.killsBefore else { return }
            eventLoop.execute { self.environment.value.exceededMemory(usedMegabytes: used, attempt: self.attempt) }
        }
    }
}
