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
    private var sent: [Sent] = []
    private var unread = ByteBuffer()
    private var bodyBytes = 0
    private var isFull = false
    private var hasLeft = false

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
        self.unread.writeImmutableBuffer(bytes)
        self.bodyBytes += bytes.readableBytes
        self.tellRelay()
        self.changed()
    }

    /// The chunks of the prelude are none of the body.
    private func dropSent(_ bytes: Int) {
        var left = bytes
        while left > 0, let first = self.sent.first {
            if first.bytes <= left {
                self.sent.removeFirst()
                left -= first.bytes
            } else {
                self.sent[0].bytes -= left
                left = 0
            }
        }
    }

    func responseCompleted() {
        if !self.isStreamed { self.readBufferedAnswer() }
        self.endWith(nil)
    }

    /// A buffered answer to an HTTP request has its head and its body in JSON.
    private func readBufferedAnswer() {
        let json = self.isHTTP ? (try? JSONValue(parsing: self.unread))?.objectValue : nil
        guard let json, json["statusCode"] != nil, let prelude = try? Prelude(object: json) else {
            self.head = ResponseHead(contentType: self.contentType)
            return
        }
        self.head = ResponseHead(prelude, isStreamed: false)
        let text = json["body"]?.stringValue ?? ""
        let isBase64 = json["isBase64Encoded"]?.boolValue ?? false
        self.unread = isBase64 ? ByteBuffer(bytes: Base64.decode(text.utf8) ?? []) : ByteBuffer(string: text)
        self.bodyBytes = self.unread.readableBytes
        self.sent = self.bodyBytes == 0 ? [] : [Sent(bytes: self.bodyBytes, at: self.sent.last?.at ?? self.now())]
    }

    func invocationFailed(_ failure: InvocationFailure) {
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
        let wanted = self.sent.first?.bytes ?? self.unread.readableBytes
        guard self.unread.readableBytes > 0 else { return nil }
        guard self.unread.readableBytes >= wanted || self.end != nil else { return nil }
        guard let bytes = self.unread.readSlice(length: min(wanted, self.unread.readableBytes)) else { return nil }
        let at = self.sent.isEmpty ? self.now() : self.sent.removeFirst().at
        self.unread.discardReadBytes()
        self.tellRelay()
        return ReceivedChunk(bytes: bytes, at: self.sinceBeginning(at))
    }

    func leave() {
        guard !self.hasLeft, self.end == nil else { return }
        self.hasLeft = true
        self.relay?.callerDisappeared()
    }

    private func tellRelay() {
        guard let windowBytes = self.windowBytes, !self.hasLeft else { return }
        let isFull = self.unread.readableBytes >= windowBytes
        guard isFull != self.isFull else { return }
        self.isFull = isFull
        self.relay?.callerWritabilityChanged(isWritable: !isFull)
    }
}
