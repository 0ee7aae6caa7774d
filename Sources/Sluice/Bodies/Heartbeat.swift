// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// Sends a comment when a stream of events has been silent. Owns the machine and does what it says; a timer of the loop
/// wakes it, so it costs no thread. Confined to its loop.
final class Heartbeat {
    private let writer: BodyWriter
    private let timer: OneShot<Void>
    private var machine: HeartbeatMachine

    private init(interval: Duration, on writer: BodyWriter) {
        self.writer = writer
        self.timer = OneShot(loop: writer.sink.eventLoop)
        self.machine = HeartbeatMachine(interval: interval, nowNanoseconds: writer.sink.value.time.nowNanoseconds)
    }

    /// From the loop, where a body begins.
    static func make(interval: Duration, on writer: BodyWriter) -> NIOLoopBound<Heartbeat> {
        NIOLoopBound(Heartbeat(interval: interval, on: writer), eventLoop: writer.sink.eventLoop)
    }

    /// Until the task is cancelled, or nothing more can be written. On the loop.
    static func run(_ heartbeat: NIOLoopBound<Heartbeat>) async {
        await heartbeat.value.run()
    }

    func writeBegan() {
        self.machine.writeBegan()
    }

    func writeEnded() {
        self.machine.writeEnded(nowNanoseconds: self.time.nowNanoseconds)
    }

    private func run() async {
        var comment = ByteBuffer()
        ServerSentEvent.writeComment("", to: &comment)
        while !Task.isCancelled {
            let hasUnsentBytes = self.writer.sink.value.flushLeavingBytes()
            switch self.machine.timerFired(nowNanoseconds: self.time.nowNanoseconds, hasUnsentBytes: hasUnsentBytes) {
            case .wait(let nanoseconds):
                await self.wait(nanoseconds: nanoseconds)
            case .beat:
                do throws(StreamError) {
                    try await self.writer.write(comment)
                } catch {
                    // Its body finds out with its next write.
                    return
                }
            }
        }
    }

    private func wait(nanoseconds: UInt64) async {
        let timer = self.time.schedule(inNanoseconds: Int64(clamping: nanoseconds)) { self.timer.settle(()) }
        if await self.timer.wait() == nil {
            timer.cancel()
        }
    }

    private var time: LoopTime { self.writer.sink.value.time }
}

extension NIOLoopBound {
    /// From any thread, in order: at once on the loop, otherwise in a turn of its own.
    func onLoop(_ body: @escaping @Sendable (Value) -> Void) {
        if self.eventLoop.inEventLoop {
            body(self.value)
        } else {
            self.execute(body)
        }
    }
}
