// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// What a function reports when it fails: the body of `/error` and `/init/error`, and of the error trailer.
///
/// Source: Lambda Developer Guide, "Using the Lambda runtime API", invocation error.
package struct ErrorReport: Hashable, Sendable {
    package var errorType: String
    package var errorMessage: String
    package var stackTrace: [String]

    package init(errorType: String, errorMessage: String, stackTrace: [String] = []) {
        self.errorType = errorType
        self.errorMessage = errorMessage
        self.stackTrace = stackTrace
    }

    /// The report as JSON of at most `maximumBytes` bytes, `stackTrace` left out when it is empty.
    ///
    /// What does not fit is left out: first the last frames of the stack, then the end of the message (marked with
    /// `…`). A type that is very long is cut as well, so that it does not crowd out the message.
    package func json(maximumBytes: Int = Limits.maximumErrorReportBytes) -> ByteBuffer {
        let whole = self.object.serialized()
        if whole.readableBytes <= maximumBytes { return whole }

        let frame = Self(errorType: "", errorMessage: "").object.serialized().readableBytes
        var room = max(0, maximumBytes - frame)
        let type = ShortenedText.of(self.errorType, escapedBytes: min(room, Limits.maximumErrorTypeBytes))
        room -= ShortenedText.escapedBytes(of: type)
        let message = ShortenedText.of(self.errorMessage, escapedBytes: room)
        room -= ShortenedText.escapedBytes(of: message)
        var shortened = Self(errorType: type, errorMessage: message)
        room -= #","stackTrace":[]"#.utf8.count
        for line in self.stackTrace {
            room -= ShortenedText.escapedBytes(of: line) + #""","#.utf8.count
            guard room >= 0 else { break }
            shortened.stackTrace.append(line)
        }
        return shortened.object.serialized()
    }

    private var object: JSONObject {
        var object: JSONObject = [
            "errorType": .string(self.errorType),
            "errorMessage": .string(self.errorMessage),
        ]
        if !self.stackTrace.isEmpty {
            object["stackTrace"] = .array(self.stackTrace.map { .string($0) })
        }
        return object
    }
}
