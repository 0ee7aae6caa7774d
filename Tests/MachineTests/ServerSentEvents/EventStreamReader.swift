// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A reader of `text/event-stream`, written from the standard's algorithm (HTML, 9.2.5 and 9.2.6) and knowing nothing of
/// the writer.
struct EventStreamReader {
    struct Event: Hashable {
        var type: String
        var data: String
        var lastEventID: String
    }

    private(set) var events: [Event] = []
    private(set) var comments: [String] = []
    private(set) var reconnectionMilliseconds: Int?
    private var data = ""
    private var type = ""
    private var lastEventID = ""

    init(_ text: String) {
        for line in Self.lines(of: text) {
            self.take(line)
        }
    }

    /// Ended by CRLF, LF or CR; what follows the last end is no line yet.
    private static func lines(of text: String) -> [String] {
        var lines: [String] = []
        var line: [Unicode.Scalar] = []
        var isAfterCR = false
        for scalar in text.unicodeScalars {
            if scalar == "\n", isAfterCR {
                isAfterCR = false
            } else if scalar == "\n" || scalar == "\r" {
                lines.append(String(String.UnicodeScalarView(line)))
                line = []
                isAfterCR = scalar == "\r"
            } else {
                line.append(scalar)
                isAfterCR = false
            }
        }
        return lines
    }

    private mutating func take(_ line: String) {
        if line.isEmpty { return self.dispatch() }
        let scalars = line.unicodeScalars
        guard let colon = scalars.firstIndex(of: ":") else { return self.process(field: line, value: "") }
        let name = String(scalars[..<colon])
        var value = scalars[scalars.index(after: colon)...]
        if value.first == " " { value.removeFirst() }
        if name.isEmpty {
            self.comments.append(String(value))
        } else {
            self.process(field: name, value: String(value))
        }
    }

    private mutating func process(field: String, value: String) {
        switch field {
        case "event": self.type = value
        case "data": self.data += value + "\n"
        case "id": if !value.unicodeScalars.contains("\0") { self.lastEventID = value }
        case "retry":
            if !value.isEmpty, value.utf8.allSatisfy({ (48...57).contains($0) }) {
                self.reconnectionMilliseconds = Int(value)
            }
        default: break
        }
    }

    private mutating func dispatch() {
        defer {
            self.data = ""
            self.type = ""
        }
        guard !self.data.isEmpty else { return }
        var data = self.data.unicodeScalars
        data.removeLast()
        let type = self.type.isEmpty ? "message" : self.type
        self.events.append(Event(type: type, data: String(data), lastEventID: self.lastEventID))
    }
}
