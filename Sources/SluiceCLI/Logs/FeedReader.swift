// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceEmulator
internal import SluiceWire

/// Makes lines for a person, or for a program, of the feed of events, in whatever pieces it comes.
struct FeedReader {
    enum Printing {
        /// The lines as they came.
        case json
        case text(ConsoleLog)
    }

    enum Failure: Error, Hashable, CustomStringConvertible {
        case lineTooLong
        case notJSON(String)

        var description: String {
            switch self {
            case .lineTooLong:
                "a line of the log is longer than \(Limits.maximumFeedLineBytes) bytes; is this a local Lambda's endpoint?"
            case .notJSON(let reason):
                "the log has a line that is no JSON: \(reason). Is this a local Lambda's endpoint?"
            }
        }
    }

    private let printing: Printing
    private let function: String?
    private var partial = ByteBuffer()

    /// - Parameter function: whose events are shown; `nil` for all.
    init(prints printing: Printing, function: String?) {
        self.printing = printing
        self.function = function
    }

    mutating func lines(in bytes: ByteBuffer) throws(Failure) -> [String] {
        var lines: [String] = []
        self.partial.writeImmutableBuffer(bytes)
        while let length = self.partial.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map({
            $0 - self.partial.readerIndex
        }) {
            if let line = self.partial.readSlice(length: length), length > 0 { lines += try self.lines(of: line) }
            self.partial.moveReaderIndex(forwardBy: 1)
        }
        guard self.partial.readableBytes <= Limits.maximumFeedLineBytes else { throw .lineTooLong }
        self.partial.discardReadBytes()
        return lines
    }

    private func lines(of line: ByteBuffer) throws(Failure) -> [String] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: line, maximumBytes: Limits.maximumFeedLineBytes)
        } catch {
            throw .notJSON("\(error)")
        }
        guard let object = value.objectValue else { throw .notJSON("\(value.kind) and not an object") }
        if let function = self.function, object["function"]?.stringValue != function { return [] }
        switch self.printing {
        case .json:
            return [String(buffer: line)]
        case .text(let log):
            if let event = LogEvent(json: object) { return log.lines(for: event) }
            return [log.line(for: object)]
        }
    }
}

extension ConsoleLog {
    /// An event that has no words of its own here: its members, but for those that every event has.
    fileprivate func line(for object: JSONObject) -> String {
        let type = object["type"]?.stringValue ?? "event"
        let facts = object.members
            .filter { !["id", "time", "epochMilliseconds", "type", "function"].contains($0.name) }
            .map { HumanText.printable("\($0.name)=\($0.value)") }
        let time = object["epochMilliseconds"]?.intValue.map { Self.clock(Int64($0)) } ?? "--:--:--.---"
        let speaker = HumanText.printable(object["function"]?.stringValue ?? "-")
        return self.style.paint(.dim, time) + " " + self.style.paint(.cyan, speaker) + " "
            + ([HumanText.printable(type)] + facts).joined(separator: " ")
    }
}
