// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import NIOCore
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
    private let caller: any InvocationCaller
    /// The POST under way, while there is one.
    private var runtime: ServerExchange?
    /// Called once, when the caller has, or would have, heard how it ended.
    private var whenOver: ((InvocationFailure?) -> Void)?

    /// What a log tells about the response.
    package private(set) var bytes = 0
    package private(set) var chunks = 0

    package init(mode: RelayMachine.Mode, caller: any InvocationCaller) {
        self.mode = mode
        self.caller = caller
        self.machine = RelayMachine(mode: mode)
    }

    package func notifyWhenOver(_ action: @escaping (InvocationFailure?) -> Void) { self.whenOver = action }

    package var isOver: Bool { self.machine.isOver }
    /// The runtime's body is not read, because its caller does not read either.
    package var isHeldUpByCaller: Bool { self.machine.isPaused }

    // MARK: The runtime's side

    /// A POST to `/response` began. Answers who receives its body.
    package func responseBegan(fields: HTTPFields, on exchange: ServerExchange) -> any RequestReceiver {
        switch self.machine.responseBegan(responseMode: fields[RuntimeAPIHeader.responseMode]) {
        case .forward(let paused):
            self.runtime = exchange
            if paused { exchange.pauseReading() }
            self.caller.responseBegan(contentType: fields[.contentType] ?? RuntimeAPIHeader.defaultContentType)
            return ResponseReceiver(relay: self)
        case .refuseMode:
            exchange.answer(.invalidResponseMode)
            self.fail(.invalidResponseMode)
        case .refuseSecond:
            exchange.answer(.invalidRequestID)
        }
        return DiscardingReceiver()
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
            self.runtime?.answer(.tooLarge(limitBytes: self.machine.limitBytes))
            self.fail(self.mode == .buffered ? .responseTooLarge : .streamTooLarge)
        }
    }

    private func forward(_ bytes: ByteBuffer) {
        self.count(bytes)
        self.caller.received(bytes)
    }

    /// What a function produces counts, whoever hears it.
    private func count(_ bytes: ByteBuffer) {
        self.bytes += bytes.readableBytes
        self.chunks += 1
    }

    func responseEnded(trailers: HTTPFields) {
        let error = ErrorReport.fromTrailers(trailers)
        switch self.machine.responseEnded(hasErrorTrailers: error != nil) {
        case .complete:
            self.runtime?.answer(.accepted)
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

    private func fail(_ failure: InvocationFailure) { self.finish(failure) }

    private func finish(_ failure: InvocationFailure?) {
        self.runtime?.resumeReading()
        self.runtime = nil
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
        case .pauseRuntime: self.runtime?.pauseReading()
        case .resumeRuntime: self.runtime?.resumeReading()
        case .nothing: break
        }
    }
}
