// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceWire

/// A Function URL in the mode `BUFFERED`: gathers the function's output, and makes a response of it at its end.
final class BufferedURLCaller: InvocationCaller {
    private let reply: FunctionURLReply
    private var output = ByteBuffer()

    init(reply: FunctionURLReply) { self.reply = reply }

    func responseBegan(contentType: String) {}
    func received(_ bytes: ByteBuffer) { self.output.writeImmutableBuffer(bytes) }

    func responseCompleted() {
        do throws(HTTPResultError) {
            self.reply.respond(try BufferedResult(output: self.output))
        } catch {
            self.reply.note("answered 502: \(error)")
            self.reply.respondWithServerError()
        }
    }

    func invocationFailed(_ failure: InvocationFailure) { self.reply.respondWithServerError() }
}
