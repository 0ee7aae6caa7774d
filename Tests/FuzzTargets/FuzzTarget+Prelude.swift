// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire

extension FuzzTarget {
    private struct PreludeOutcome: Equatable {
        var prelude: Prelude?
        var body: [UInt8] = []
        var failure: PreludeError?
    }

    private static func parse(_ pieces: [ByteBuffer]) throws(FuzzFinding) -> PreludeOutcome {
        var outcome = PreludeOutcome()
        var parser = PreludeParser(limitBytes: 2_048)
        for piece in pieces {
            switch parser.bytesCame(piece) {
            case .needMore:
                try require(outcome.prelude == nil && outcome.failure == nil, "it waits behind its end")
            case .prelude(let prelude, let rest):
                try require(outcome.prelude == nil && outcome.failure == nil, "two preludes")
                outcome.prelude = prelude
                outcome.body += rest.readableBytesView
            case .body(let bytes):
                try require(outcome.prelude != nil, "a body before the prelude")
                outcome.body += bytes.readableBytesView
            case .malformed(let error):
                try require(outcome.prelude == nil, "malformed behind its prelude")
                try require(outcome.failure ?? error == error, "two errors")
                outcome.failure = error
            }
        }
        switch parser.ended() {
        case .complete: try require(outcome.prelude != nil, "complete without a prelude")
        case .malformed(let error):
            try require(outcome.prelude == nil, "its end is malformed behind a prelude")
            try require(outcome.failure ?? error == error, "its end has another error")
            outcome.failure = error
        }
        return outcome
    }

    /// However the bytes are cut, the same prelude comes with the same body, or the same error.
    static func tryPrelude(_ input: [UInt8]) throws(FuzzFinding) {
        let whole = try Self.parse(FuzzPieces.whole.of(input))
        for pieces in FuzzPieces.allCases {
            let outcome = try Self.parse(pieces.of(input))
            try require(outcome == whole, "\(pieces): \(outcome), whole: \(whole)")
        }
        if let failure = whole.failure { _ = "\(failure)" }
        guard let prelude = whole.prelude else { return }
        try Self.tryHead(StreamedResult.head(prelude))
        // Fields of one name are joined when they are written, so only what was written once stays the same.
        guard let once = Self.writtenAndRead(prelude) else { return }
        let twice = Self.writtenAndRead(once)
        try require(twice == once, "written once: \(once), twice: \(String(describing: twice))")
        try require(once.statusCode == prelude.statusCode, "another status: \(once)")
        try require(once.cookies == prelude.cookies, "other cookies: \(once)")
    }

    private static func writtenAndRead(_ prelude: Prelude) -> Prelude? {
        var written = ByteBuffer()
        guard (try? prelude.write(to: &written)) != nil else { return nil }
        var parser = PreludeParser()
        guard case .prelude(let read, let rest) = parser.bytesCame(written), rest.readableBytes == 0 else { return nil }
        return read
    }

    /// What goes out as the head of a response breaks no line.
    static func tryHead(_ head: FunctionURLResponseHead) throws(FuzzFinding) {
        try require(Prelude.statusCodes.contains(head.statusCode), "the status \(head.statusCode)")
        for field in head.fields {
            let breaks = field.value.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }
            try require(!breaks, "a line break in \(field)")
        }
        _ = head.addingServiceFields(requestID: "r", traceID: "t", date: "d")
    }

    /// A buffered answer, which a Function URL makes an HTTP response of.
    static func tryResults(_ input: [UInt8]) throws(FuzzFinding) {
        let output = ByteBuffer(bytes: input)
        var hint = ModeHint()
        for piece in FuzzPieces.uneven.of(input) { hint.bodyCame(piece) }
        _ = (hint.ofStreamedURL, hint.ofBufferedURL(contentType: "text/plain"))
        switch Result(catching: { () throws(HTTPResultError) in try BufferedResult(output: output) }) {
        case .success(let result):
            try Self.tryHead(result.head)
            let length = result.head.fields[.contentLength]
            let expected = result.head.allowsBody ? "\(result.body.readableBytes)" : length
            try require(length == expected, "its length is said to be \(length ?? "none")")
        case .failure(let error):
            _ = "\(error)"
        }
        try Self.tryComplete(output)
    }

    /// The last event of a stream, as a client reads it.
    private static func tryComplete(_ payload: ByteBuffer) throws(FuzzFinding) {
        guard let complete = try? InvokeComplete(parsing: payload) else { return }
        let again = try? InvokeComplete(parsing: complete.serialized())
        try require(again == complete, "\(complete) and \(String(describing: again))")
    }
}
