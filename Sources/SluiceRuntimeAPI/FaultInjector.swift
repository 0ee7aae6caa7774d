// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceServiceWire

/// Stands before the receiver of a response and does to it what its machine says.
final class FaultInjector: RequestReceiver {
    enum Report {
        case struck(ByteFault)
        case notReached(ByteFault, bytes: Int)
    }

    private let fault: ByteFault
    private var machine: ResponseFaultMachine
    private let receiver: any RequestReceiver
    private let report: (Report) -> Void
    private var bytes = 0

    init(_ fault: ByteFault, before receiver: any RequestReceiver, report: @escaping (Report) -> Void) {
        self.fault = fault
        self.machine = ResponseFaultMachine(fault)
        self.receiver = receiver
        self.report = report
    }

    func began() {
        switch self.machine.began() {
        case .strike: self.report(.struck(self.fault))
        case .wait: break
        }
    }

    func received(_ bytes: ByteBuffer) {
        self.bytes += bytes.readableBytes
        switch self.machine.bytesArrived(bytes.readableBytes) {
        case .forward:
            self.receiver.received(bytes)
        case .forwardThenStrike(let count):
            var rest = bytes
            if let first = rest.readSlice(length: count), count > 0 { self.receiver.received(first) }
            self.report(.struck(self.fault))
            if rest.readableBytes > 0 { self.received(rest) }
        case .drop:
            break
        }
    }

    func receivedEnd(trailers: HTTPFields) { self.end { $0.receivedEnd(trailers: trailers) } }
    func requestTruncated() { self.end { $0.requestTruncated() } }
    func connectionLost() { self.end { $0.connectionLost() } }

    private func end(_ tell: (any RequestReceiver) -> Void) {
        switch self.machine.ended() {
        case .forward:
            tell(self.receiver)
        case .forwardUnstruck:
            self.report(.notReached(self.fault, bytes: self.bytes))
            tell(self.receiver)
        case .drop:
            break
        }
    }
}
