// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire
internal import SluiceWire

/// Carries one response from a runtime to a caller, on one event loop, and does only what its machine says.
///
/// Nothing is gathered here: what the runtime's socket gave goes to the caller in the same turn of the loop. When the
/// caller's way is full, the runtime's socket is not read, and so its writer waits.
package final class InvocationRelay {
    private var machine: RelayMachine
    private let mode: RelayMachine.Mode
    private let shaping: ResponseShaping
    private let caller: any InvocationCaller
    /// What stands before the machine while a response comes, and may keep its bytes waiting.
    private var pacer: ResponsePacer?
    private var isPaced = false
    private var wasSlowed = false
    /// The POST under way, while there is one.
    private var runtime: ServerExchange?
    /// Called once, when the caller has, or would have, heard how it ended.
    private var whenOver: ((InvocationFailure?) -> Void)?

    /// How many bytes of the body have come since one of its pieces began like what a runtime should have sent behind it.
    private var bytesLikeTrailers: Int?
    private var endsWithLine = false

    /// What a log tells about the response.
    package private(set) var bytes = 0
    package private(set) var chunks = 0
    /// When the first byte of the body came, and when the response was over.
    package private(set) var firstByteAt: NIODeadline?
    package private(set) var overAt: NIODeadline?

    /// - Parameter shaping: what the service does to the response beside passing it on; nothing by default.
    package init(mode: RelayMachine.Mode, caller: any InvocationCaller, shaping: ResponseShaping = ResponseShaping()) {
        self.mode = mode
        self.shaping = shaping
        self.caller = caller
        self.machine = RelayMachine(mode: mode, limitBytes: shaping.limitBytes)
    }

    package func notifyWhenOver(_ action: @escaping (InvocationFailure?) -> Void) { self.whenOver = action }

    package var isOver: Bool { self.machine.isOver }
    /// The runtime's body is not read, because its caller does not read either, or not so fast.
    package var isHeldUpByCaller: Bool { self.machine.isPaused || self.isPaced }

    /// Who can do to the runtime's process what a fault asks for.
    package func onProcessFault(_ action: @escaping (ByteFault) -> Void) { self.processFault = action }
    private var processFault: ((ByteFault) -> Void)?

    // MARK: The runtime's side

    /// A POST to `/response` began. Answers who receives its body.
    package func responseBegan(fields: HTTPFields, on exchange: ServerExchange) -> any RequestReceiver {
        switch self.machine.responseBegan(responseMode: fields[RuntimeAPIHeader.responseMode]) {
        case .forward(let paused):
            self.runtime = exchange
            if paused { exchange.pauseReading() }
            self.caller.responseBegan(contentType: fields[.contentType] ?? RuntimeAPIHeader.defaultContentType)
            return self.makeReceiver(fields, on: exchange)
        case .refuseMode:
            exchange.answer(.invalidResponseMode)
            self.fail(.invalidResponseMode)
        case .refuseSecond:
            exchange.answer(.invalidRequestID)
        }
        return DiscardingReceiver()
    }

    /// From the outside to the inside: what keeps bytes waiting, what goes wrong at one of them, the relay.
    private func makeReceiver(_ fields: HTTPFields, on exchange: ServerExchange) -> any RequestReceiver {
        let inside = ResponseReceiver(relay: self)
        let shaped = self.shaped(inside, on: exchange)
        // A fault at byte 0 strikes before all of it.
        guard self.shaping.passesPrelude, shaped !== inside, self.shaping.fault?.atByte != 0,
            StreamedResult.hasPrelude(contentType: fields[.contentType] ?? "")
        else { return shaped }
        return PreludePassage(past: inside, body: shaped)
    }

    private func shaped(_ inside: any RequestReceiver, on exchange: ServerExchange) -> any RequestReceiver {
        var receiver = inside
        if let fault = self.shaping.fault {
            let injector = FaultInjector(fault, before: receiver) { [weak self] in self?.faultReported($0) }
            injector.began()
            receiver = injector
        }
        guard let bandwidth = self.shaping.bandwidth else { return receiver }
        let pacer = ResponsePacer(bandwidth, before: receiver, on: exchange.eventLoop) { [weak self] isHolding in
            self?.pacingChanged(isHolding: isHolding)
        }
        self.pacer = pacer
        return pacer
    }

    private func pacingChanged(isHolding: Bool) {
        if isHolding, !self.wasSlowed {
            self.wasSlowed = true
            self.shaping.notify(.slowed)
        }
        self.isPaced = isHolding
        self.updateReading()
    }

    private func faultReported(_ report: FaultInjector.Report) {
        switch report {
        case .struck(let fault):
            self.shaping.notify(.struck(fault))
            switch fault.kind {
            case .kill, .freeze: self.processFault?(fault)
            // The connection is gone, as if its caller had left; the function runs on.
            case .drop, .truncate: self.callerDisappeared()
            case .error:
                self.runtime?.answer(.internalServerError)
                self.runtimeEnded(.serviceFailed)
                self.processFault?(fault)
            }
        case .notReached(let fault, let bytes):
            self.shaping.notify(.notReached(fault, responseBytes: bytes))
        }
    }

    func bodyArrived(_ bytes: ByteBuffer) {
        switch self.machine.bodyArrived(byteCount: bytes.readableBytes) {
        case .forward:
            self.forward(bytes)
        case .drain:
            self.count(bytes)
        case .ignore:
            break
        case .forwardThenFail(let firstBytes):
            if firstBytes > 0, let part = bytes.getSlice(at: bytes.readerIndex, length: firstBytes) {
                self.forward(part)
            }
            let limit = self.machine.limitBytes
            self.runtime?.answer(.tooLarge(limitBytes: limit))
            self.shaping.notify(.tooLarge(limitBytes: limit))
            let isBuffered = self.mode == .buffered
            self.fail(isBuffered ? .responseTooLarge(limitBytes: limit) : .streamTooLarge(limitBytes: limit))
        }
    }

    private func forward(_ bytes: ByteBuffer) {
        self.count(bytes)
        self.caller.received(bytes)
    }

    /// What a function produces counts, whoever hears it.
    private func count(_ bytes: ByteBuffer) {
        if self.firstByteAt == nil { self.firstByteAt = .now() }
        self.bytes += bytes.readableBytes
        self.chunks += 1
        // A long one comes in several pieces.
        if ErrorTrailers.areText(bytes) {
            self.bytesLikeTrailers = bytes.readableBytes
        } else if let before = self.bytesLikeTrailers {
            let count = before + bytes.readableBytes
            self.bytesLikeTrailers = count <= Limits.maximumErrorReportBytes ? count : nil
        }
        if self.bytesLikeTrailers != nil { self.endsWithLine = bytes.readableBytesView.last == UInt8(ascii: "\n") }
    }

    func responseEnded(trailers: HTTPFields) {
        let trailerBytes = trailers.reduce(2) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
        guard self.machine.isOver || trailerBytes <= Limits.trailerBufferBytes else {
            self.shaping.notify(.trailersTooLong(bytes: trailerBytes))
            return self.requestTruncated()
        }
        let error = ErrorReport.fromTrailers(trailers)
        switch self.machine.responseEnded(hasErrorTrailers: error != nil) {
        case .complete:
            self.runtime?.answer(.accepted)
            if self.bytesLikeTrailers != nil, self.endsWithLine { self.shaping.notify(.errorAsText) }
            self.finish(nil)
        case .failWithTrailers:
            self.runtime?.answer(.accepted)
            self.fail(error.map(InvocationFailure.inTrailers) ?? .truncatedResponse)
        case .ignore:
            break
        }
    }

    /// The runtime ended its sending side in mid-response, and may still read.
    func requestTruncated() {
        self.runtime?.answer(.truncatedRequest)
        self.connectionLost()
    }

    func connectionLost() {
        switch self.machine.responseTruncated() {
        case .fail: self.fail(.truncatedResponse)
        case .ignore: break
        }
    }

    /// The runtime posted to `/error`; the body is whole.
    package func errorReported(_ failure: InvocationFailure, on exchange: ServerExchange, stateName: String) {
        switch self.machine.errorReported() {
        case .fail:
            exchange.answer(.accepted)
            self.fail(failure)
        case .refuse:
            exchange.answer(.invalidStateTransition(from: stateName, to: "RuntimeInvocationErrorResponse"))
        }
    }

    /// The runtime's process is gone, was killed at the deadline, or will be.
    package func runtimeEnded(_ failure: InvocationFailure) {
        switch self.machine.runtimeEnded() {
        case .fail: self.fail(failure)
        case .ignore: break
        }
    }

    /// On Managed Instances: a worker posted to `/error`, which ends a response that is under way.
    package func errorReportedBesideResponse(_ failure: InvocationFailure, on exchange: ServerExchange) {
        let response = self.runtime
        switch self.machine.errorReported(endsResponse: true) {
        case .fail:
            exchange.answer(.accepted)
            self.fail(failure)
            response?.answer(.invalidRequestID)
        case .refuse:
            exchange.answer(.invalidRequestID)
        }
    }

    /// On Managed Instances: the time of the invocation is over, and its worker goes on. A response that is under way is
    /// answered now, since nobody reads it any more.
    package func timeIsOver(_ failure: InvocationFailure) {
        let response = self.runtime
        self.runtimeEnded(failure)
        response?.answer(.invokeTimeout)
    }

    private func fail(_ failure: InvocationFailure) { self.finish(failure) }

    private func finish(_ failure: InvocationFailure?) {
        self.pacer?.cancel()
        self.pacer = nil
        self.isPaced = false
        self.runtime?.resumeReading()
        self.runtime = nil
        self.overAt = .now()
        // Before the caller: its end may bring its next request in the same turn, and that one looks for an
        // environment which is about to be free.
        let whenOver = self.whenOver
        self.whenOver = nil
        whenOver?(failure)
        guard !self.machine.callerIsGone else { return }
        if let failure {
            self.caller.invocationFailed(failure)
        } else {
            self.caller.responseCompleted()
        }
    }

    // MARK: The caller's side

    package func callerWritabilityChanged(isWritable: Bool) {
        self.act(on: self.machine.callerFlowChanged(isFull: !isWritable))
    }

    /// The caller's connection is gone. The runtime runs on, as on Lambda.
    package func callerDisappeared() {
        self.act(on: self.machine.callerDisappeared())
    }

    private func act(on flow: RelayMachine.OnFlow) {
        switch flow {
        case .pauseRuntime, .resumeRuntime: self.updateReading()
        case .nothing: break
        }
    }

    private func updateReading() {
        if self.isHeldUpByCaller { self.runtime?.pauseReading() } else { self.runtime?.resumeReading() }
    }
}
