// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire

/// Faults that are done to a function's processes on purpose.
extension ExecutionEnvironment {
    func suffer(_ fault: ByteFault) {
        if fault.kind == .error {
            self.giveUp(reason: "the fault error") { _ in .serviceFailed }
            return self.expectExit()
        }
        guard !self.processIsGone, let group = self.group else { return }
        switch fault.kind {
        case .kill:
            group.kill()
        case .freeze:
            group.freeze()
            guard let milliseconds = fault.milliseconds else { return }
            let requestID = self.current?.invocation.requestID
            self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                // Once it is gone, its number may be another process's.
                guard !self.processIsGone, self.group?.id == group.id else { return }
                if self.current?.invocation.requestID == requestID { group.thaw() }
            }
        case .error, .drop, .truncate:
            break  // The last two are the caller's connection's.
        }
    }
}
