// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// What a body writes: when it leaves, and when there is room for more.
extension ResponseExchange: BodySink {
    /// Sends a chunk, and returns when there is room for another.
    ///
    /// - Parameter evenIfCancelled: a cancelled task cannot wait for room, so it writes only while there is some.
    func write(_ bytes: ByteBuffer, evenIfCancelled: Bool) async throws(StreamError) {
        guard !Task.isCancelled || (evenIfCancelled && self.connection?.isWritable ?? false) else { throw .cancelled }
        guard let connection = try self.sendChunk(bytes) else { return }
        try await self.letLeave(bytes.readableBytes, on: connection)
    }

    func write(contentsOf chunks: [ByteBuffer]) async throws(StreamError) {
        guard !Task.isCancelled else { throw .cancelled }
        var connection: (any RuntimeConnection)?
        var bytes = 0
        for chunk in chunks {
            guard let current = try self.sendChunk(chunk) else { continue }
            connection = current
            bytes += chunk.readableBytes
        }
        if let connection { try await self.letLeave(bytes, on: connection) }
    }

    /// Hands a chunk to the connection, which keeps it until it is flushed. `nil` when there is nothing to send.
    private func sendChunk(_ bytes: ByteBuffer) throws(StreamError) -> (any RuntimeConnection)? {
        switch self.machine.wrote(bytes: bytes.readableBytes) {
        case .sendChunk: break
        case .sendNothing: return nil
        case .refuse(let outcome): throw StreamError(outcome)
        case .refuseAsMisplaced: throw .alreadyEnded
        }
        guard let connection = self.connection else { throw StreamError(.connectionLost) }
        self.observed?.sends(bytes.readableBytes, on: connection)
        connection.sendBody(bytes)
        return connection
    }

    /// Decides when what was sent leaves, and returns when there is room for more.
    private func letLeave(_ bytes: Int, on connection: any RuntimeConnection) async throws(StreamError) {
        switch self.gathering.wrote(bytes: bytes, nowNanoseconds: self.time.paceNanoseconds) {
        case .flushSoon:
            connection.flushSoon()
        case .flush:
            connection.flush()
        case .flushAndYield:
            connection.flush()
            await self.yieldToLoop()
        case .flushIn(let nanoseconds):
            self.flush(connection, inNanoseconds: nanoseconds)
        case .wait:
            break
        case .waitAndYield:
            await self.yieldToLoop()
        }
        if !connection.isWritable, !Task.isCancelled {
            try await self.waitForRoom(on: connection)
        }
    }

    /// At most one is due at a time: what is written until then leaves with it.
    private func flush(_ connection: any RuntimeConnection, inNanoseconds nanoseconds: Int64) {
        self.laterFlush?.cancel()
        self.laterFlush = self.time.schedule(inNanoseconds: nanoseconds) {
            self.laterFlush = nil
            self.gathering.flushed()
            connection.flush()
        }
    }

    private func waitForRoom(on connection: any RuntimeConnection) async throws(StreamError) {
        connection.flush()
        self.gathering.flushed()
        while !connection.isWritable {
            // Looked at before each wait: it may have ended while this task let others run.
            try self.checkThatItGoesOn()
            guard await self.writers.suspend() else { throw .cancelled }
        }
        try self.checkThatItGoesOn()
        self.gathering.resumed(nowNanoseconds: self.time.paceNanoseconds)
    }

    private func checkThatItGoesOn() throws(StreamError) {
        switch self.machine.wrote(bytes: 0) {
        case .refuse(let outcome): throw StreamError(outcome)
        case .refuseAsMisplaced: throw .alreadyEnded
        case .sendChunk, .sendNothing: break
        }
    }

    /// Sends off what was written, and says whether the socket has not taken all of it.
    func flushLeavingBytes() -> Bool {
        self.gathering.flushed()
        return self.connection?.flushLeavingBytes() ?? false
    }

    private func yieldToLoop() async {
        await self.client.loopTurn.wait()
        self.gathering.resumed(nowNanoseconds: self.time.paceNanoseconds)
    }
}
