// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore
internal import NIOHTTP1
internal import SluiceHTTP1
internal import SluiceWire

/// What an exchange says goes out here: framed, and flushed once for each turn of the loop.
extension HTTP1ServerHandler {
    package func writeHead(status: HTTPResponse.Status, fields: HTTPFields) {
        guard let context = self.context, let current = self.current else { return }
        var head = HTTPResponseHead(
            version: current.version,
            status: HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase),
            headers: HTTPHeaders(fields)
        )
        let isOld = current.version.major < 1 || current.version == .http1_0
        let endsByClosing = isOld && !current.hasNoBody && !head.headers.contains(name: "content-length")
        if !current.keepsAlive || endsByClosing {
            self.current?.keepsAlive = false
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if isOld {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        head.frame(isHead: current.hasNoBody, isOld: isOld)
        self.current?.isChunked = head.headers.contains(name: "transfer-encoding")
        self.current?.hasNoBody = current.hasNoBody || !head.status.mayHaveResponseBody
        self.writeFields(.head(head), context)
        self.flushAtEndOfTurn()
    }

    package func writeBody(_ bytes: ByteBuffer) {
        guard let context = self.context, let current = self.current, !current.hasNoBody else { return }
        // An empty chunk would be the mark of the body's end.
        guard bytes.readableBytes > 0 else { return }
        if !current.isChunked {
            context.write(self.wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        } else if GatheredChunks.takes(bytes) {
            self.gathered.append(bytes)
            if self.gathered.isFull { self.writeGathered() }
        } else {
            self.writeLarge(bytes)
        }
        self.flushAtEndOfTurn()
    }

    /// By NIO's encoder it would pass three handlers, three times.
    private func writeLarge(_ chunk: ByteBuffer) {
        self.writeGathered()
        self.connection.write(self.chunkLines.size(chunk.readableBytes))
        self.connection.write(chunk)
        self.connection.write(self.chunkLines.end)
    }

    /// Before anything else that is written, and at the end of the turn.
    func writeGathered() {
        guard !self.gathered.isEmpty else { return }
        self.connection.write(self.gathered.take())
    }

    package func writeEnd(trailers: HTTPFields) {
        guard self.context != nil, let current = self.current else { return }
        self.current?.responseEnded = true
        let then = self.connection.answerEnded(keepsConnection: current.keepsAlive)
        // A request that was sent ahead is not answered behind the last one.
        self.isEnding = then != .goOn
        // Writing the end can bring the next pipelined request at once, so this exchange has to be gone by then.
        self.finishExchangeIfOver()
        // The end of one answer can bring the next request, and its answer at once: as deep on the stack as requests
        // were sent ahead, if it were not put off.
        guard !self.isWritingEnd else {
            return self.eventLoop.assumeIsolated().execute { self.writeEnd(trailers, then: then) }
        }
        self.writeEnd(trailers, then: then)
    }

    private func writeEnd(_ trailers: HTTPFields, then: ConnectionMachine.OnAnswerEnded) {
        guard let context = self.context else { return }
        self.writeGathered()
        self.isWritingEnd = true
        if trailers.isEmpty {
            context.write(self.wrapOutboundOut(.end(nil)), promise: nil)
        } else {
            self.writeFields(.end(HTTPHeaders(trailers)), context)
        }
        self.isWritingEnd = false
        switch then {
        case .goOn: self.flushAtEndOfTurn()
        case .closeWhenSent: self.connection.closeWhenSent()
        case .lingerWhenSent: self.connection.linger()
        }
    }

    package func abortResponse(hasBegun: Bool) {
        guard let context = self.context else { return }
        self.writeGathered()
        self.current = nil
        self.isEnding = true
        // A connection that is not read does not notice that its peer left.
        self.resumeReading()
        guard hasBegun else { return context.close(promise: nil) }
        self.connection.closeWhenSent()
    }

    package func tearResponse() {
        guard self.context != nil, let current = self.current else { return }
        self.writeGathered()
        self.current = nil
        self.isEnding = true
        self.resumeReading()
        let isChunked = current.version == .http1_1 && !current.hasNoBody
        let size = String(Limits.tornChunkBytes, radix: 16) + "\r\n"
        self.connection.closeWhenSent(behind: isChunked ? ByteBuffer(string: size) : ByteBuffer())
    }

    /// One may be written while another is: the end of one answer can bring the next request.
    private func writeFields(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        let wasWriting = self.isWritingFields
        self.isWritingFields = true
        context.write(self.wrapOutboundOut(part), promise: nil)
        self.isWritingFields = wasWriting
    }

    private func flushAtEndOfTurn() {
        guard !self.flushIsDue else { return }
        self.flushIsDue = true
        self.eventLoop.assumeIsolated().execute {
            self.flushIsDue = false
            self.writeGathered()
            self.context?.flush()
        }
    }
}
