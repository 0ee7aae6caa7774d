// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// Looks after the memory of functions at work, and has those ended that use more than they may.
///
/// Lambda's limit is the kernel's, on the page that goes over it; this one looks every
/// `Limits.memoryWatchMilliseconds`, which needs no rights over the machine's control groups. What is over the limit only
/// between two looks is told by the peak in the REPORT line.
struct MemoryWatch: Sendable {
    let service: NIOLoopBound<LambdaService>
    let eventLoop: any EventLoop

    /// One environment at work.
    struct Subject: Sendable {
        let environment: NIOLoopBound<ExecutionEnvironment>
        let group: ProcessGroup
        let limitMegabytes: Int
        let attempt: Int
    }

    /// Runs until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(Limits.memoryWatchMilliseconds))
            guard let subjects = try? await self.eventLoop.submit({ self.service.value.subjectsOfMemoryWatch() }).get()
            else { return }
            for subject in subjects {
                // Files of the kernel are read here, off the loop: they take as long as the function is large.
                guard let used = ProcessMemory.excess(of: subject.group.id, over: subject.limitMegabytes) else {
                    continue
                }
                self.eventLoop.execute {
                    subject.environment.value.exceededMemory(usedMegabytes: used, attempt: subject.attempt)
                }
            }
        }
    }
}
