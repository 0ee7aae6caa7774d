// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceServiceWire

/// Stands before the receiver of a response and lets its bytes pass when its machine says so.
///
/// What waits is what the runtime's socket had been read of when the bucket was empty: from then on it is not read.
final class ResponsePacer: RequestReceiver {
    private var machine: PacingMachine
    private let receiver: any RequestReceiver
    private let eventLoop: any EventLoop
    private let holdingChanged: (Bool) -> Void
    private var held: CircularBuffer<ByteBuffer> = []
    private var trailers = HTTPFields()
    private var timer: Scheduled<Void>?

    /// - Parameter holdingChanged: told when something waits, and when nothing does any more.
    init(
        _ bandwidth: Bandwidth,
        before receiver: any RequestReceiver,
        on eventLoop: any EventLoop,
        holdingChanged: @escaping (Bool) -> Void
    ) {
        self.machine = PacingMachine(bandwidth)
        self.receiver = receiver
        self.eventLoop = eventLoop
        self.holdingChanged = holdingChanged
    }

    func received(_ bytes: ByteBuffer) {
        switch self.machine.bytesArrived(bytes.readableBytes, now: self.eventLoop.now) {
        case .forward:
            self.receiver.received(bytes)
        case .forwardThenHold(let count, let time):
            self.held.append(bytes)
            self.holdingChanged(true)
            self.forward(count)
            self.lookAgain(at: time)
        case .hold:
            self.held.append(bytes)
        case .drop:
            break
        }
    }

    func receivedEnd(trailers: HTTPFields) {
        switch self.machine.ended() {
        case .forward: self.receiver.receivedEnd(trailers: trailers)
        case .hold: self.trailers = trailers
        case .drop: break
        }
    }

    func requestTruncated() { self.endAtOnce { $0.requestTruncated() } }
    func connectionLost() { self.endAtOnce { $0.connectionLost() } }

    private func endAtOnce(_ tell: (any RequestReceiver) -> Void) {
        switch self.machine.connectionLost() {
        case .forward:
            tell(self.receiver)
        case .forwardHeld(let hasEnd):
            self.stopTimer()
            self.forwardAll()
            if hasEnd { self.receiver.receivedEnd(trailers: self.trailers) } else { tell(self.receiver) }
        case .drop:
            break
        }
    }

    /// The response is over; what waits is dropped.
    func cancel() {
        self.machine.cancelled()
        self.stopTimer()
        self.held.removeAll()
    }

    // MARK: What waits

    private func lookAgain(at time: NIODeadline?) {
        guard let time, self.machine.isHolding else { return }
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.timeCame() }
    }

    private func stopTimer() {
        self.timer?.cancel()
        self.timer = nil
    }

    private func timeCame() {
        self.timer = nil
        switch self.machine.timeCame(now: self.eventLoop.now) {
        case .forward(let count, let time):
            self.forward(count)
            self.lookAgain(at: time)
        case .forwardAll(let hasEnd):
            self.forwardAll()
            if hasEnd { self.receiver.receivedEnd(trailers: self.trailers) }
            self.holdingChanged(false)
        case .ignore:
            break
        }
    }

    private func forwardAll() {
        while let bytes = self.held.popFirst() { self.receiver.received(bytes) }
    }

    private func forward(_ count: Int) {
        var left = count
        while left > 0, var bytes = self.held.popFirst() {
            guard let part = bytes.readSlice(length: min(left, bytes.readableBytes)) else { return }
            left -= part.readableBytes
            if bytes.readableBytes > 0 { self.held.prepend(bytes) }
            self.receiver.received(part)
        }
    }
}
