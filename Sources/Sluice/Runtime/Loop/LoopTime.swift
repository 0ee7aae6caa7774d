// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import SluiceWire

/// The time that a runtime acts by, and its timers: the machine's, or a test's. Confined to its loop.
package final class LoopTime {
    package let loop: any EventLoop
    let manual: ManualTime?

    package init(loop: any EventLoop, manual: ManualTime?) {
        self.loop = loop
        self.manual = manual
    }

    package var now: NIODeadline { self.manual?.now ?? .now() }

    var nowNanoseconds: UInt64 { self.now.uptimeNanoseconds }

    /// For the pace of writes: by the machine's clock also where a test moves the time, since who writes without end keeps
    /// the loop from everybody else there, too.
    var paceNanoseconds: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Milliseconds since 1970.
    package var wallClockMilliseconds: Int64 { self.manual?.wallClockMilliseconds ?? Platform.wallClockMilliseconds() }

    /// - Parameter isSleep: the function itself waits, and not the runtime: a test lets such time pass by itself.
    package func schedule(at deadline: NIODeadline, isSleep: Bool = false, _ work: @escaping () -> Void) -> LoopTimer {
        guard let manual = self.manual else {
            return LoopTimer(.ofLoop(self.loop.assumeIsolated().scheduleTask(deadline: deadline, work)))
        }
        let bound = NIOLoopBound(work, eventLoop: self.loop)
        return LoopTimer(.manual(manual, id: manual.schedule(at: deadline, isSleep: isSleep) { bound.value() }))
    }

    func schedule(inNanoseconds nanoseconds: Int64, _ work: @escaping () -> Void) -> LoopTimer {
        self.schedule(at: self.now + .nanoseconds(nanoseconds), work)
    }
}

/// Something that is to be done at a time. Confined to its loop.
package struct LoopTimer {
    fileprivate enum Kind {
        case ofLoop(Scheduled<Void>)
        case manual(ManualTime, id: Int)
    }

    private let kind: Kind

    fileprivate init(_ kind: Kind) {
        self.kind = kind
    }

    package func cancel() {
        switch self.kind {
        case .ofLoop(let scheduled): scheduled.cancel()
        case .manual(let time, let id): time.cancel(id)
        }
    }
}
