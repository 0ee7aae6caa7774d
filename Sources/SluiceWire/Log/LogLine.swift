// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// A line of a function's log, as Lambda's own runtimes write it.
///
/// As text: time, request id, level and message with tabs between them. A line end within it becomes a carriage return,
/// since each line of the output is an event of CloudWatch's. As JSON: one object with the names that Lambda looks for.
/// (The formats of AWS's runtime interface clients for Node.js, `LogPatch.js`, and Python,
/// `lambda_runtime_log_utils.py`; Lambda Developer Guide, "Configuring JSON and plain text log formats".)
package struct LogLine: Sendable {
    package var millisecondsSinceEpoch: Int64
    package var severity: LogSeverity
    package var requestID: String?
    package var tenantID: String?
    package var logger: String
    package var message: String
    package var error: ErrorReport?
    /// What the line says beside its message, in this order.
    package var metadata: [(name: String, value: JSONValue)] = []

    package init(
        millisecondsSinceEpoch: Int64,
        severity: LogSeverity,
        requestID: String? = nil,
        tenantID: String? = nil,
        logger: String,
        message: String
    ) {
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
        self.severity = severity
        self.requestID = requestID
        self.tenantID = tenantID
        self.logger = logger
        self.message = message
    }

    /// The line with its end. What goes beyond `maximumBytes` is cut off, in JSON so that an object is left.
    package func bytes(_ format: LogFormat, maximumBytes: Int = Limits.maximumLogLineBytes) -> ByteBuffer {
        switch format {
        case .text: self.text(maximumBytes)
        case .json: self.json(maximumBytes)
        }
    }

    // MARK: JSON

    private static let ownNames: Set<String> = [
        "timestamp", "level", "requestId", "tenantId", "logger", "message", "errorType", "errorMessage", "stackTrace",
        BoundedJSONObject.truncated,
    ]

    private func json(_ maximumBytes: Int) -> ByteBuffer {
        var line = BoundedJSONObject(maximumBytes: maximumBytes)
        line.add("timestamp", CivilTime.logTime(millisecondsSinceEpoch: self.millisecondsSinceEpoch))
        line.add("level", self.severity.rawValue)
        if let requestID = self.requestID { line.add("requestId", requestID) }
        if let tenantID = self.tenantID { line.add("tenantId", tenantID) }
        line.add("logger", self.logger)
        line.add("message", self.message)
        if let error = self.error {
            line.add("errorType", error.errorType)
            line.add("errorMessage", error.errorMessage)
            if !error.stackTrace.isEmpty { line.add("stackTrace", .array(error.stackTrace.map { .string($0) })) }
        }
        for (name, value) in self.metadata {
            // A reader that finds a name twice may take either.
            line.add(Self.ownNames.contains(name) ? "metadata.\(name)" : name, value)
        }
        return line.finish()
    }

    // MARK: Text

    private func text(_ maximumBytes: Int) -> ByteBuffer {
        var line = ByteBuffer()
        // Nothing follows what was cut.
        var room = maximumBytes - 1
        let time = CivilTime.logTime(millisecondsSinceEpoch: self.millisecondsSinceEpoch)
        line.writeLogText("\(time)\t\(self.requestID ?? "")\t\(self.severity.rawValue)\t", upTo: &room)
        line.writeLogText(self.message, upTo: &room)
        for (name, value) in self.metadata {
            line.writeLogText(" \(name)=\(value.stringValue ?? value.description)", upTo: &room)
        }
        if let error = self.error {
            line.writeLogText(" errorType=\(error.errorType) errorMessage=\(error.errorMessage)", upTo: &room)
            for frame in error.stackTrace { line.writeLogText("\n    \(frame)", upTo: &room) }
        }
        line.writeInteger(UInt8(ascii: "\n"))
        return line
    }
}

extension ByteBuffer {
    /// Writes as many whole characters as fit below `maximumBytes` in all, with carriage returns for line ends.
    fileprivate mutating func writeLogText(_ text: String, upTo maximumBytes: inout Int) {
        let room = maximumBytes - self.readableBytes
        guard room > 0 else { return }
        var text = text
        text.withUTF8 { bytes in
            var end = min(bytes.count, room)
            if end < bytes.count { maximumBytes = 0 }
            // Not within a character: its later bytes are 10xxxxxx.
            if end < bytes.count {
                while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            }
            var rest = bytes[..<end]
            while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) {
                self.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest[..<lineEnd])))
                self.writeInteger(UInt8(ascii: "\r"))
                rest = rest[(lineEnd + 1)...]
            }
            self.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest)))
        }
    }
}
