// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire

/// Keeps what the body of a buffered answer writes, until all of it can be sent. Confined to its loop.
final class GatheringSink: BodySink {
    let time: LoopTime
    var loop: any EventLoop { self.time.loop }
    private let loopTurn: LoopTurn
    private let limitBytes: Int
    private var body: GatheredBody
    /// Only for its word that the loop has other work: nothing is flushed here.
    private var pace: WriteGathering

    init(_ time: LoopTime, loopTurn: LoopTurn, limitBytes: Int) {
        self.time = time
        self.pace = WriteGathering(nowNanoseconds: time.paceNanoseconds)
        self.loopTurn = loopTurn
        self.limitBytes = limitBytes
        self.body = GatheredBody(limitBytes: limitBytes)
    }

    func write(_ bytes: ByteBuffer, evenIfCancelled: Bool) async throws(StreamError) {
        guard evenIfCancelled || !Task.isCancelled else { throw .cancelled }
        switch self.body.wrote(bytes) {
        case .kept: break
        case .tooLong: throw .tooLong(limitBytes: self.limitBytes)
        case .refuseAsMisplaced: throw .alreadyEnded
        }
        switch self.pace.wrote(bytes: bytes.readableBytes, nowNanoseconds: self.time.paceNanoseconds) {
        case .flushSoon, .flush, .flushIn, .wait:
            break
        case .flushAndYield, .waitAndYield:
            await self.loopTurn.wait()
            self.pace.resumed(nowNanoseconds: self.time.paceNanoseconds)
        }
    }

    func write(contentsOf chunks: [ByteBuffer]) async throws(StreamError) {
        for chunk in chunks { try await self.write(chunk, evenIfCancelled: false) }
    }

    /// Nothing has left, so no heartbeat is due either.
    func flushLeavingBytes() -> Bool { true }

    /// The whole body; `nil` when it became too long.
    func end() -> ByteBuffer? { self.body.ended() }
}
