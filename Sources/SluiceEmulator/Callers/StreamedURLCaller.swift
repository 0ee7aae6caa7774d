// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceGzip
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// A Function URL in the mode `RESPONSE_STREAM`: status and headers from the prelude, if the content type announces
/// one, and the body as it comes.
///
/// A stream that fails after its head ends with a closed connection and no last chunk, so that its reader can tell
/// it from a whole one. AWS does not say how it ends there.
final class StreamedURLCaller: InvocationCaller {
    private let reply: FunctionURLReply
    private let preludeLimitBytes: Int
    private let decodesGzip: Bool
    /// What unpacks the body, where it does.
    private var gunzip: GunzipStream?
    private var prelude: PreludeParser?
    private var allowsBody = true
    /// Of a response without a prelude: it leaves with the first byte, since until then the function may still fail.
    private var waitingHead: FunctionURLResponseHead?
    /// Of a response without a prelude.
    private var hint: ModeHint?
    /// An answer other than the function's was given, and what the function still sends is dropped.
    private var wasRefused = false

    init(reply: FunctionURLReply, preludeLimitBytes: Int, decodesGzip: Bool) {
        self.reply = reply
        self.preludeLimitBytes = preludeLimitBytes
        self.decodesGzip = decodesGzip
    }

    func responseBegan(contentType: String) {
        if StreamedResult.hasPrelude(contentType: contentType) {
            self.prelude = PreludeParser(limitBytes: self.preludeLimitBytes)
        } else {
            self.hint = ModeHint()
            self.waitingHead = StreamedResult.head(contentType: contentType)
        }
    }

    private func beginIfWaiting() {
        guard let head = self.waitingHead else { return }
        self.waitingHead = nil
        self.begin(head)
    }

    private func begin(_ head: FunctionURLResponseHead) {
        var head = head
        self.allowsBody = head.allowsBody
        if head.fields[.contentEncoding]?.lowercased() == "gzip" { self.metGzip(&head) }
        self.reply.exchange.begin(
            status: HTTPResponse.Status(code: head.statusCode),
            fields: self.reply.fields(of: head)
        )
    }

    private func metGzip(_ head: inout FunctionURLResponseHead) {
        guard self.decodesGzip else {
            return self.reply.note(
                "the stream is compressed with gzip: Function URLs on Lambda were seen to unpack such streams and to leave "
                    + "out the header; --url-decodes-gzip does so here"
            )
        }
        do throws(GunzipStream.Fault) {
            self.gunzip = try GunzipStream()
            head.fields[.contentEncoding] = nil
        } catch {
            self.reply.note("the stream in gzip is passed on as it is: \(error)")
        }
    }

    func received(_ bytes: ByteBuffer) {
        guard !self.wasRefused else { return }
        guard self.prelude != nil else {
            self.hint?.bodyCame(bytes)
            if bytes.readableBytes > 0 { self.beginIfWaiting() }
            return self.forward(bytes)
        }
        switch self.prelude?.bytesCame(bytes) {
        case .prelude(let prelude, let rest):
            self.prelude = nil
            self.begin(StreamedResult.head(prelude))
            self.forward(rest)
        case .malformed(let error):
            self.refuse(error)
        case .body(let bytes):
            self.forward(bytes)
        case .needMore, nil:
            break
        }
    }

    private func forward(_ bytes: ByteBuffer) {
        guard self.allowsBody else { return }
        guard let gunzip = self.gunzip else { return self.reply.exchange.write(bytes) }
        do throws(GunzipStream.Fault) {
            try gunzip.unpack(bytes) { self.reply.exchange.write($0) }
        } catch {
            self.breakOff(error)
        }
    }

    /// The caller has a head and perhaps more: a broken stream is all that can be told.
    private func breakOff(_ fault: GunzipStream.Fault) {
        self.wasRefused = true
        self.reply.note("the stream in gzip was broken off: \(fault)")
        self.reply.exchange.abort()
    }

    func responseCompleted() {
        guard !self.wasRefused else { return }
        self.beginIfWaiting()
        switch self.prelude?.ended() {
        case .malformed(let error): self.refuse(error)
        case nil, .some: self.finish()
        }
        if let text = self.hint?.ofStreamedURL { self.reply.note(text) }
    }

    private func finish() {
        do throws(GunzipStream.Fault) {
            if self.allowsBody { try self.gunzip?.end() }
            self.reply.exchange.finish()
        } catch {
            self.breakOff(error)
        }
    }

    func invocationFailed(_ failure: InvocationFailure) {
        guard !self.wasRefused else { return }
        if self.reply.exchange.hasBegun {
            self.reply.exchange.abort()
        } else {
            self.reply.respondWithServerError()
        }
    }

    private func refuse(_ error: PreludeError) {
        self.wasRefused = true
        if case .delimiterNotWithin(let limitBytes) = error {
            self.reply.note(ServiceLimit.preludeBytes.note("answered 502: \(error)", value: limitBytes))
        } else {
            self.reply.note("answered 502: \(error)")
        }
        self.reply.respondWithServerError(type: "InternalServerErrorException")
    }
}
