// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceWire
internal import Synchronization
internal import Tracing

/// Where a tracer finds the trace that an invocation belongs to. The event is read only when a tracer asks for what only it
/// can have.
final class InvocationCarrier: Sendable {
    private let traceID: String?
    private let event: ByteBuffer?
    private enum Reading: Sendable { case unread, done(HTTPRequestEvent?) }
    private let reading = Mutex(Reading.unread)

    init(traceID: String?, event: ByteBuffer?) {
        self.traceID = traceID
        self.event = event
    }

    /// The request of an HTTP event; what is none has been refused, or will be.
    var request: HTTPRequestEvent? {
        self.reading.withLock { reading in
            if case .done(let request) = reading { return request }
            let request = self.event.flatMap { try? HTTPRequestEvent(json: $0) }
            reading = .done(request)
            return request
        }
    }

    struct Reader: Extractor {
        func extract(key: String, from carrier: InvocationCarrier) -> String? {
            guard let name = HTTPField.Name(key) else { return nil }
            if name == XRayInstrument.field, let traceID = carrier.traceID { return traceID }
            return carrier.request?.headers[name]
        }
    }
}
