// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import NIOCore

/// Reads messages from bytes that come in any pieces.
///
/// ```swift
/// var decoder = EventStreamDecoder()
/// for try await bytes in body {
///     decoder.append(bytes)
///     while let message = try decoder.next() { handle(message) }
/// }
/// try decoder.finish()
/// ```
///
/// A length is believed only after its checksum and the limits have been checked, so at most one message within
/// ``limits`` is gathered. After an error the stream cannot be read any further: the same error is thrown again.
///
/// Source of the format: Smithy, "Amazon event stream specification".
public struct EventStreamDecoder: Sendable {
    /// What is refused as too long.
    public let limits: EventStreamLimits

    /// Input not looked at yet: a piece that is being read, and pieces behind it. Pieces are never joined, so a
    /// message that lies within one of them is a slice of it and is not copied.
    private var current = ByteBuffer()
    private var waiting = CircularBuffer<ByteBuffer>(initialCapacity: 4)
    /// The beginning of a message whose end is in a later piece. Each byte gets here at most once.
    private var gathered = ByteBuffer()
    /// The prelude of the message in `gathered`, as soon as it is complete.
    private var prelude: MessagePrelude?
    private var known = KnownHeaders()
    private var failure: EventStreamError?

    /// A decoder with these limits.
    public init(limits: EventStreamLimits = EventStreamLimits()) {
        self.limits = limits
    }

    /// Takes input; call ``next()`` until it returns `nil` before giving more, else the input piles up.
    ///
    /// - Parameter bytes: Any number of bytes. They are kept, not copied, until they have been read.
    public mutating func append(_ bytes: ByteBuffer) {
        guard self.failure == nil, bytes.readableBytes > 0 else { return }
        if self.current.readableBytes == 0 {
            self.current = bytes
        } else {
            self.waiting.append(bytes)
        }
    }

    /// The next whole message, or `nil` if more input is needed for one.
    ///
    /// - Throws: ``EventStreamError`` if the input is damaged, malformed or over the limits.
    public mutating func next() throws(EventStreamError) -> EventStreamMessage? {
        if let failure = self.failure { throw failure }
        do throws(EventStreamError) {
            return try self.advance()
        } catch {
            self.fail(error)
            throw error
        }
    }

    /// Call this when the input has ended and ``next()`` has returned `nil`.
    ///
    /// - Throws: ``EventStreamError`` with ``EventStreamError/Code/truncatedMessage`` if a message has begun and not
    ///   ended, or the error that ended reading before.
    public mutating func finish() throws(EventStreamError) {
        if let failure = self.failure { throw failure }
        let left = self.gathered.readableBytes + self.current.readableBytes
        guard left == 0 else {
            let error = EventStreamError(.truncatedMessage, "the input ended within a message, \(left) bytes into it")
            self.fail(error)
            throw error
        }
    }

    private mutating func fail(_ error: EventStreamError) {
        self.failure = error
        self.current = ByteBuffer()
        self.gathered = ByteBuffer()
        self.waiting.removeAll()
    }

    private mutating func advance() throws(EventStreamError) -> EventStreamMessage? {
        while self.moveToNextPiece() {
            if self.gathered.readableBytes == 0,
                let prelude = try MessagePrelude(at: self.current, limits: self.limits),
                let frame = self.current.readSlice(length: prelude.totalBytes)
            {
                return try EventStreamMessage(frame: frame, prelude: prelude, known: &self.known)
            }
            if let message = try self.gather() {
                return message
            }
        }
        return nil
    }

    /// `false` if all input has been used up.
    private mutating func moveToNextPiece() -> Bool {
        if self.current.readableBytes == 0 {
            // An empty buffer instead of the used one, so that its memory is not held until more comes.
            self.current = self.waiting.popFirst() ?? ByteBuffer()
        }
        return self.current.readableBytes > 0
    }

    /// Moves what the current piece has of the message into `gathered`; returns the message once it is complete.
    private mutating func gather() throws(EventStreamError) -> EventStreamMessage? {
        let wanted = self.prelude?.totalBytes ?? EventStreamLimits.preludeBytes
        let count = min(wanted - self.gathered.readableBytes, self.current.readableBytes)
        if var part = self.current.readSlice(length: count) {
            self.gathered.writeBuffer(&part)
        }
        guard self.gathered.readableBytes == wanted else { return nil }
        guard let prelude = self.prelude else {
            self.prelude = try MessagePrelude(at: self.gathered, limits: self.limits)
            let totalBytes = self.prelude?.totalBytes ?? 0
            self.gathered.reserveCapacity(min(totalBytes, EventStreamLimits.reservedAheadBytes))
            return nil
        }
        let frame = self.gathered
        self.gathered = ByteBuffer()
        self.prelude = nil
        return try EventStreamMessage(frame: frame, prelude: prelude, known: &self.known)
    }
}
