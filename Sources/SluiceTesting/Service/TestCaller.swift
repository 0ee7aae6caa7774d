// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// Who called: takes head, chunks and end of one response, as fast as the test reads. Confined to its loop.
final class TestCaller: InvocationCaller {
    private struct Sent {
        var bytes: Int
        let at: NIODeadline
    }

    private let isHTTP: Bool
    /// How many bytes wait for the test at most; `nil` for a caller that takes everything at once.
    private let windowBytes: Int?
    private let now: () -> NIODeadline
    private let changed: () -> Void
    weak var relay: InvocationRelay?

    var began: NIODeadline?
    var isStreamed = false
    private(set) var head: ResponseHead?
    private(set) var end: ResponseEnd?
    private(set) var receivedBytes = 0
    private(set) var sentBytes = 0

    private var contentType = ""
    private var prelude: PreludeParser?
    private var sent = CircularBuffer<Sent>()
    /// What has come and was not read, in the pieces in which it came.
    private var unread = CircularBuffer<ByteBuffer>()
    private var unreadBytes = 0
    private var bodyBytes = 0
    private var isFull = false
    private(set) var hasLeft = false

    init(
        isHTTP: Bool,
        windowBytes: Int?,
        now: @escaping () -> NIODeadline,
        changed: @escaping () -> Void
    ) {
        self.isHTTP = isHTTP
        self.windowBytes = windowBytes
        self.now = now
        self.changed = changed
    }

    // MARK: The function's connection

    func sent(_ chunks: [Int], at time: NIODeadline) {
        for bytes in chunks {
            self.sent.append(Sent(bytes: bytes, at: time))
            self.sentBytes += bytes
        }
    }

    // MARK: The relay

    func responseBegan(contentType: String) {
        self.contentType = contentType
        if self.isStreamed {
            if StreamedResult.hasPrelude(contentType: contentType) {
                self.prelude = PreludeParser()
            } else {
                self.head = ResponseHead(contentType: contentType)
            }
        }
        self.changed()
    }

    func received(_ bytes: ByteBuffer) {
        self.receivedBytes += bytes.readableBytes
        guard self.prelude != nil else { return self.keep(bytes) }
        switch self.prelude?.bytesCame(bytes) {
        case .prelude(let prelude, let rest):
            self.prelude = nil
            self.head = ResponseHead(prelude, isStreamed: true)
            self.dropSent(self.receivedBytes - rest.readableBytes)
            self.keep(rest)
        case .malformed(let error):
            self.prelude = nil
            self.endWith(FunctionFailure(type: "Sluice.MalformedPrelude", message: "\(error)"))
        case .needMore, .body, nil:
            break
        }
    }

    private func keep(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        self.unread.append(bytes)
        self.unreadBytes += bytes.readableBytes
        self.bodyBytes += bytes.readableBytes
        self.tellRelay()
        self.changed()
    }

    /// The chunks of the prelude are none of the body.
    private func dropSent(_ bytes: Int) {
        var left = bytes
        while left > 0, var first = self.sent.popFirst() {
            let dropped = min(left, first.bytes)
            left -= dropped
            first.bytes -= dropped
            if first.bytes > 0 { self.sent.prepend(first) }
        }
    }

    func responseCompleted() {
        if !self.isStreamed { self.readBufferedAnswer() }
        self.endWith(nil)
    }

    /// A buffered answer to an HTTP request has its head and its body in JSON.
    private func readBufferedAnswer() {
        let answer = self.take(self.unreadBytes)
        self.unread = [answer]
        self.unreadBytes = answer.readableBytes
        let json = self.isHTTP ? (try? JSONValue(parsing: answer))?.objectValue : nil
        guard let json, json["statusCode"] != nil, let prelude = try? Prelude(object: json) else {
            self.head = ResponseHead(contentType: self.contentType)
            return
        }
        self.head = ResponseHead(prelude, isStreamed: false)
        let text = json["body"]?.stringValue ?? ""
        let isBase64 = json["isBase64Encoded"]?.boolValue ?? false
        let body = isBase64 ? ByteBuffer(bytes: Base64.decode(text.utf8) ?? []) : ByteBuffer(string: text)
        self.unread = [body]
        self.unreadBytes = body.readableBytes
        self.bodyBytes = body.readableBytes
        self.sent = self.bodyBytes == 0 ? [] : [Sent(bytes: self.bodyBytes, at: self.sent.last?.at ?? self.now())]
    }

    func invocationFailed(_ failure: InvocationFailure) {
        if !self.isStreamed {
            // Half of an answer that is sent whole is none.
            self.unread = []
            self.unreadBytes = 0
            self.bodyBytes = 0
        }
        self.endWith(FunctionFailure(type: failure.errorType, message: failure.message))
    }

    private func endWith(_ failure: FunctionFailure?) {
        guard self.end == nil else { return }
        self.end = ResponseEnd(failure: failure, bodyBytes: self.bodyBytes, at: self.sinceBeginning(self.now()))
        self.changed()
    }

    private func sinceBeginning(_ time: NIODeadline) -> Duration {
        .nanoseconds((time - (self.began ?? time)).nanoseconds)
    }

    // MARK: The test

    /// The next chunk as the function wrote it, if all of it has come; behind the end also what came of one.
    func takeChunk() -> ReceivedChunk? {
        guard self.unreadBytes > 0, self.isStreamed || self.end != nil else { return nil }
        let wanted = self.sent.first?.bytes ?? self.unreadBytes
        guard self.unreadBytes >= wanted || self.end != nil else { return nil }
        let bytes = self.take(min(wanted, self.unreadBytes))
        let at = self.sent.popFirst()?.at ?? self.now()
        self.tellRelay()
        return ReceivedChunk(bytes: bytes, at: self.sinceBeginning(at))
    }

    /// So many bytes of what has come; a piece that is wanted whole is not copied.
    private func take(_ count: Int) -> ByteBuffer {
        var bytes = ByteBuffer()
        while bytes.readableBytes < count, var piece = self.unread.popFirst() {
            let missing = count - bytes.readableBytes
            if let part = piece.readSlice(length: min(missing, piece.readableBytes)) {
                if bytes.readableBytes == 0 { bytes = part } else { bytes.writeImmutableBuffer(part) }
            }
            if piece.readableBytes > 0 { self.unread.prepend(piece) }
        }
        self.unreadBytes -= bytes.readableBytes
        return bytes
    }

    func leave() {
        guard !self.hasLeft, self.end == nil else { return }
        self.hasLeft = true
        self.relay?.callerDisappeared()
    }

    private func tellRelay() {
        // An answer that is sent whole is read whole.
        guard let windowBytes = self.windowBytes, self.isStreamed, !self.hasLeft else { return }
        // A chunk that is larger than the window is let in whole: nobody could read it otherwise.
        let isFull = self.unreadBytes >= max(windowBytes, self.sent.first?.bytes ?? 0)
        guard isFull != self.isFull else { return }
        self.isFull = isFull
        self.relay?.callerWritabilityChanged(isWritable: !isFull)
    }
}
