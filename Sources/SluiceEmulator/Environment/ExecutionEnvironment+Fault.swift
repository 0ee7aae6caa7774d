// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceServiceWire

/// Faults that are done to a function's processes on purpose.
extension ExecutionEnvironment {
    func suffer(_ fault: ByteFault) {
        guard !self.processIsGone, let group = self.group else { return }
        switch fault.kind {
        case .kill:
            group.kill()
        case .freeze:
            group.pause()
            guard let milliseconds = fault.milliseconds else { return }
            self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                // Once it is gone, its number may be another process's.
                if !self.processIsGone, self.group?.id == group.id { group.goOn() }
            }
        case .drop, .truncate:
            break  // These are the caller's connection's.
        }
    }
}
