// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI

/// Receives a caller's request whole, has it invoked, and then watches the caller's connection for the relay.
final class CallerReceiver: RequestReceiver {
    private let gathering: GatheringReceiver
    private let exchange: LoggedExchange
    private var relay: InvocationRelay?

    /// - Parameter invoke: called once with the whole body; answers the relay to tell of the connection's fate, or
    ///   `nil` when the request has its answer.
    init(
        limitBytes: Int,
        exchange: LoggedExchange,
        tooLarge: @escaping () -> Void,
        invoke: @escaping (ByteBuffer, CallerReceiver) -> Void
    ) {
        self.exchange = exchange
        var receiver: (() -> CallerReceiver?) = { nil }
        self.gathering = GatheringReceiver(limitBytes: limitBytes) { outcome in
            switch outcome {
            case .whole(let body):
                if let receiver = receiver() { invoke(body, receiver) }
            case .tooLarge:
                tooLarge()
            case .connectionLost:
                exchange.callerLeft()
            }
        }
        receiver = { [weak self] in self }
    }

    /// The way out may be full from the beginning, with the rest of a response before this one.
    func watch(_ relay: InvocationRelay) {
        self.relay = relay
        if !self.exchange.isWritable { relay.callerWritabilityChanged(isWritable: false) }
    }

    func received(_ bytes: ByteBuffer) { self.gathering.received(bytes) }
    func receivedEnd(trailers: HTTPFields) { self.gathering.receivedEnd(trailers: trailers) }

    func connectionLost() {
        self.gathering.connectionLost()
        self.exchange.callerLeft()
        self.relay?.callerDisappeared()
    }

    func writabilityChanged(isWritable: Bool) {
        self.relay?.callerWritabilityChanged(isWritable: isWritable)
    }
}
