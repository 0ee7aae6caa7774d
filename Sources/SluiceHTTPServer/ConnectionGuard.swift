// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// The first handler of a server's connection: sees every byte before the parser does, keeps the time, and ends the
/// connection in the way that lets its peer read what was said. `ConnectionMachine` decides.
///
/// It has one timer, which is set anew only when something is due earlier than it: a request that comes in one piece
/// and is answered touches none.
final class ConnectionGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bounds: ConnectionBounds
    private let measuresTime: Bool
    private var machine: ConnectionMachine
    private var context: ChannelHandlerContext?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    private var lastNow: NIODeadline
    private var outputIsClosed = false
    private var inputIsClosed = false
    /// What to do with a connection that was one too many, when it is there.
    private var greeting: Greeting?

    private enum Greeting { case refuse(ConnectionFault), close }

    /// Told of every fault that is found here.
    weak var server: HTTP1ServerHandler?

    private init(bounds: ConnectionBounds, eventLoop: any EventLoop, greeting: Greeting?) {
        self.bounds = bounds
        self.measuresTime = bounds.measuresTime
        self.lastNow = eventLoop.now
        self.machine = ConnectionMachine(bounds: bounds, now: self.lastNow)
        self.greeting = greeting
    }

    convenience init(bounds: ConnectionBounds, eventLoop: any EventLoop) {
        self.init(bounds: bounds, eventLoop: eventLoop, greeting: nil)
    }

    /// Makes of a connection one that is told the fault, and nothing else; without a fault it is closed.
    static func refuse(_ channel: any Channel, because fault: ConnectionFault?, bounds: ConnectionBounds) throws {
        let greeting: Greeting = if let fault { .refuse(fault) } else { .close }
        let handler = Self(bounds: bounds, eventLoop: channel.eventLoop, greeting: greeting)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    // MARK: What the parts of a request and its answer do

    // Parts come out of a read or behind an answer's end, for which the clock was read just now.
    func headArrived() { self.machine.headArrived(now: self.lastNow) }
    func dataArrived(_ count: Int) { self.machine.dataArrived(count) }
    func requestEnded() { self.machine.requestEnded(now: self.lastNow) }
    /// What was too large when the parser says that something of a head was.
    var overflow: ConnectionFault { self.machine.overflow }

    /// Before the answer's end is written; what is returned comes after that.
    func answerEnded(keepsConnection: Bool) -> ConnectionMachine.OnAnswerEnded {
        let action = self.machine.answerEnded(keepsConnection: keepsConnection, now: self.readClock())
        self.setTimer()
        return action
    }

    /// Bytes that are framed already go past the encoder.
    func write(_ bytes: ByteBuffer) { self.context?.write(self.wrapOutboundOut(bytes), promise: nil) }

    // MARK: Ends

    /// Closes the connection when all that was written has left, and these bytes behind it.
    func closeWhenSent(behind bytes: ByteBuffer = ByteBuffer()) {
        guard let context = self.context else { return }
        self.machine.leave(now: self.readClock())
        self.afterWrites(context, bytes) { self.close() }
    }

    /// Says `answer`, ends our half, and drops what still comes until the peer ends its own.
    func linger(after answer: ByteBuffer = ByteBuffer()) {
        guard let context = self.context else { return }
        self.machine.linger(now: context.eventLoop.now)
        self.afterWrites(context, answer) {
            guard let context = self.context else { return }
            guard !self.inputIsClosed else { return self.close() }
            self.outputIsClosed = true
            context.close(mode: .output, promise: nil)
            // What is behind us may be holding back reads.
            context.read()
        }
        context.read()
    }

    func close() { self.context?.close(promise: nil) }

    /// Closing drops what has not left yet; a write is done when all before it is.
    private func afterWrites(_ context: ChannelHandlerContext, _ bytes: ByteBuffer, _ then: @escaping () -> Void) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in then() }
        context.writeAndFlush(self.wrapOutboundOut(bytes), promise: promise)
        self.setTimer()
    }

    // MARK: Inbound

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { self.begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.stopTimer()
    }

    func channelActive(context: ChannelHandlerContext) {
        self.begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        switch self.greeting {
        case .refuse(let fault): self.linger(after: fault.response(toHead: false))
        case .close: context.close(promise: nil)
        case nil: self.setTimer()
        }
        self.greeting = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = self.unwrapInboundIn(data)
        let action = self.machine.bytesArrived(bytes.readableBytesView, now: self.readClock())
        switch action {
        case .parse:
            context.fireChannelRead(data)
            if let fault = self.machine.faultAfterBytes() { self.server?.connectionFailed(fault) }
        case .drop: break
        case .close: context.close(promise: nil)
        }
        self.setTimer()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // What is whole is answered, or is nothing that its peer could wait for.
        if self.bounds.acknowledgesAtOnce, self.machine.isAmidRequest { QuickAcknowledgement.ask(context) }
        if self.machine.readsToDrop { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            self.inputIsClosed = true
            if self.outputIsClosed { return self.close() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.machine.connectionEnded()
        self.stopTimer()
        context.fireChannelInactive()
    }

    // MARK: Time

    private func readClock() -> NIODeadline {
        if self.measuresTime, let context = self.context { self.lastNow = context.eventLoop.now }
        return self.lastNow
    }

    private func setTimer() {
        guard let context = self.context, let deadline = self.machine.deadline else { return }
        if let timer = self.timer {
            // It looks again when it fires.
            if timer.at <= deadline { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timeCame() }
        self.timer = (task, deadline)
    }

    private func stopTimer() {
        self.timer?.task.cancel()
        self.timer = nil
    }

    private func timeCame() {
        self.timer = nil
        guard let context = self.context, context.channel.isActive else { return }
        switch self.machine.timeCame(now: context.eventLoop.now, unsentBytes: self.unsentBytes(context)) {
        case .wait: break
        case .close: context.close(promise: nil)
        case .refuse(let fault): self.server?.connectionFailed(fault)
        }
        self.setTimer()
    }

    private func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
