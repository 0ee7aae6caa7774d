// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceWire

/// What the last event of a streamed reply says. A good stream's has no members.
package struct InvokeComplete: Hashable, Sendable {
    /// There and not empty if the function failed.
    package var errorCode: String?
    package var errorDetails: String?
    /// base64 of the log's last 4 KB, if `Tail` was asked for.
    package var logResult: String?

    package init(errorCode: String? = nil, errorDetails: String? = nil, logResult: String? = nil) {
        self.errorCode = errorCode
        self.errorDetails = errorDetails
        self.logResult = logResult
    }

    package var isFailure: Bool {
        if let errorCode = self.errorCode { !errorCode.isEmpty } else { false }
    }

    package func serialized() -> ByteBuffer {
        var object = JSONObject()
        object["ErrorCode"] = self.errorCode.map { .string($0) }
        object["ErrorDetails"] = self.errorDetails.map { .string($0) }
        object["LogResult"] = self.logResult.map { .string($0) }
        return object.serialized()
    }

    /// Reads the event's payload. Members may be absent or null; one that is no string is kept as its JSON text, since
    /// the API does not say what the two error members look like.
    package init(parsing payload: ByteBuffer) throws(Malformed) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: payload)
        } catch {
            throw .notJSON(error)
        }
        guard let object = value.objectValue else { throw .notAnObject }
        self.errorCode = Self.text(object["ErrorCode"])
        self.errorDetails = Self.text(object["ErrorDetails"])
        self.logResult = Self.text(object["LogResult"])
    }

    package enum Malformed: Error, Hashable {
        case notJSON(JSONError)
        case notAnObject
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case nil, .null: nil
        case .string(let text): text
        case .some(let other): String(buffer: other.serialized())
        }
    }
}
