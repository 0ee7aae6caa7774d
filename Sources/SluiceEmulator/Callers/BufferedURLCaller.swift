// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// A Function URL in the mode `BUFFERED`: gathers the function's output, and makes a response of it at its end.
final class BufferedURLCaller: InvocationCaller {
    private let reply: FunctionURLReply
    private var output = ByteBuffer()
    private var contentType = ""

    init(reply: FunctionURLReply) { self.reply = reply }

    func responseBegan(contentType: String) { self.contentType = contentType }
    func received(_ bytes: ByteBuffer) { self.output.writeImmutableBuffer(bytes) }

    func responseCompleted() {
        var hint = ModeHint()
        hint.bodyCame(self.output)
        if let text = hint.ofBufferedURL(contentType: self.contentType) {
            self.reply.note(text)
            return self.reply.respond(.uninterpreted(self.output))
        }
        do throws(HTTPResultError) {
            self.reply.respond(try BufferedResult(output: self.output))
        } catch {
            self.reply.note("answered 502: \(error)")
            self.reply.respondWithServerError()
        }
    }

    func invocationFailed(_ failure: InvocationFailure) { self.reply.respondWithServerError() }
}
