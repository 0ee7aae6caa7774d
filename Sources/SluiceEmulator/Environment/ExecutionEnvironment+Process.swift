// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The runtime's process: its start and its end, what it prints, and how much memory it has.
extension ExecutionEnvironment: LaunchedProcess {
    func makeOutput() -> LogLineHandler {
        let handler = LogLineHandler { [weak self] line in
            if let self { self.record(.output(environment: self.id.number, line: line)) }
        }
        self.output = handler
        return handler
    }

    func processStarted(_ group: ProcessGroup, attempt: Int) {
        guard attempt == self.attempt else { return group.kill() }
        self.group = group
        self.owner?.environmentStirs(self)
        if let port = self.listener?.localAddress?.port {
            self.groupRecord = self.place.run?.note(group, runtimeAPIPort: port)
        }
        if self.endingReason != nil || self.isReplacing { group.kill() }
    }

    /// Ends a function that uses more memory than it may, as Lambda's kernel does: its caller hears of the signal.
    ///
    /// - Parameter usedMegabytes: `nil` where it was this machine's kernel that let it have no more.
    func exceededMemory(usedMegabytes: Int?, attempt: Int) {
        guard attempt == self.attempt, self.endingReason == nil, !self.processIsGone, !self.isOutOfMemory else {
            return
        }
        self.isOutOfMemory = true
        let size = "its memory size is \(self.function.memoryMegabytes) MB"
        let words = usedMegabytes.map { "it uses \($0) MB, and \(size)" } ?? "it needs more than it may, and \(size)"
        self.record(.note("environment \(self.id.number) is killed: \(words)"))
        self.group?.kill()
    }

    /// One of its processes has ended: it may be that the kernel had no more memory for it.
    func noticeKernelsKill() {
        guard self.place.groups.outOfMemoryKills > self.outOfMemoryKillsBefore else { return }
        self.exceededMemory(usedMegabytes: nil, attempt: self.attempt)
    }

    /// Says, once, that its temporary files take more room than there is on Lambda. A file system of that size would have its
    /// writes fail, and takes rights over the machine's mounts.
    func exceededStorage(usedMegabytes: Int) {
        guard self.endingReason == nil, !self.isOverStorage else { return }
        self.isOverStorage = true
        let words =
            "environment \(self.id.number) has \(usedMegabytes) MB of temporary files, and on Lambda writes beyond the "
            + "function's EphemeralStorage fail with ENOSPC (no space left on device)"
        let limit = self.function.ephemeralStorageMegabytes
        self.record(.note(ServiceLimit.ephemeralStorageMegabytes.note(words, value: limit)))
    }

    /// The process groups that hold memory of the environment's.
    var processGroups: [ProcessGroup] {
        guard let group = self.group else { return [] }
        return [group] + (self.extensions?.processGroups ?? [])
    }

    func processCouldNotStart(_ failure: LaunchFailure, attempt: Int) {
        if attempt == self.attempt { self.couldNotStart(failure) }
    }

    func couldNotStart(_ failure: LaunchFailure) {
        if failure.fault != .service, self.retryInit(after: failure.told(requestID: "")) {
            // It may have been there for a moment.
            self.endGroup()
            self.processIsGone = true
            return self.endFailedProcess()
        }
        self.giveUp(reason: failure.reason) { failure.told(requestID: $0) }
        self.shutDown(.failure)
        self.becomeGone()
    }

    /// The process is gone, but its last bytes may still be in our sockets: a response may be whole although its
    /// writer ended right behind it.
    func processEnded(_ exit: InvocationFailure.Exit, attempt: Int) {
        guard attempt == self.attempt else { return }
        self.noticeKernelsKill()
        // Whatever it started shares its group, and must not outlive it.
        self.endGroup()
        if self.endingReason == nil, self.replaceProcess() { return }
        self.processIsGone = true
        if self.endingReason == nil, self.initDuration != nil { self.isReset = true }
        self.runtimeIsGone()
        if self.initDuration != nil, self.current == nil, self.managed?.entries.isEmpty ?? true {
            // It was idle: nobody may be sent to it while its connections are waited for.
            self.owner?.environmentIsUnusable(self)
        }
        self.readLastBytes(exit, attempt)
    }

    private func endGroup() {
        self.group?.kill()
        if let record = self.groupRecord { self.place.run?.forget(record) }
        self.groupRecord = nil
    }

    /// Starts another process if one is to follow.
    @discardableResult
    func replaceProcess() -> Bool {
        guard case .startAnother = self.session.processGone() else { return false }
        self.isReplacing = false
        self.place.groups.kill()
        self.outOfMemoryKillsBefore = self.place.groups.outOfMemoryKills
        // What the old process still had to say is not its successor's word.
        self.connections.closeAll()
        self.startProcess()
        return true
    }

    private func readLastBytes(_ exit: InvocationFailure.Exit, _ attempt: Int) {
        let patience = TimeAmount.milliseconds(Int64(Limits.lastBytesMilliseconds))
        self.connections.whenEmpty(orAfter: patience, on: self.eventLoop) {
            // A caller who reads slowly gets what is left. Its function's deadline is the bound of that.
            if self.connections.count > 0, self.session.isHeldUpByCaller { return self.readLastBytes(exit, attempt) }
            self.readLastOutput {
                // By what it said, or by the end of its time, another may have taken its place.
                guard attempt == self.attempt else { return }
                if self.retryInit(after: .runtimeExited(requestID: "", exit)) { return self.endFailedProcess() }
                let isOutOfMemory = self.isOutOfMemory && self.managed != nil
                self.giveUp(reason: exit.description) {
                    isOutOfMemory ? .outOfMemory(requestID: $0) : .runtimeExited(requestID: $0, exit)
                }
                self.shutDown(.failure)
                self.becomeGone()
            }
        }
    }

    private func readLastOutput(_ then: @escaping () -> Void) {
        guard let output = self.output else { return then() }
        let patience = TimeAmount.milliseconds(Int64(Limits.lastOutputMilliseconds))
        output.whenEnded(orAfter: patience, on: self.eventLoop, then)
    }
}

// Memory.
extension ExecutionEnvironment {
    /// The kernel's file is as dear as all else that a short invocation costs here, so one that ends right behind another
    /// has the other's.
    var peakMegabytes: Int? {
        if self.isOutOfMemory { return self.function.memoryMegabytes }
        guard let group = self.group else { return nil }
        let now = NIODeadline.now()
        if let last = self.lastPeak, last.group == group.id,
            now - last.readAt < .milliseconds(Int64(Limits.peakMemoryMilliseconds))
        {
            return last.megabytes
        }
        let megabytes = ProcessMemory.peakMegabytes(of: group.id)
        self.lastPeak = (group.id, megabytes, now)
        return megabytes
    }
}
