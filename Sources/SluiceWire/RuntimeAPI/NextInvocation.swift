// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What the header of a reply to `GET …/invocation/next` says about one invocation, as the runtime reads it.
///
/// Names are matched without regard to case, and an optional field with an empty value is an absent one: Lambda
/// Managed Instances send some of them empty. (Lambda Developer Guide, "Using the Lambda runtime API".)
package struct NextInvocation: Hashable, Sendable {
    package private(set) var requestID: String
    /// Milliseconds since 1970; `nil` when the service gave none that can be read.
    package private(set) var deadlineMilliseconds: Int64?
    package private(set) var invokedFunctionARN: String
    package private(set) var traceID: String?
    /// JSON text, already decoded from the base64 that the caller sent.
    package private(set) var clientContext: String?
    /// JSON text.
    package private(set) var cognitoIdentity: String?
    package private(set) var tenantID: String?
    /// Echoed on `/response` and `/error`.
    package private(set) var invocationID: String?

    package init(fields: some Sequence<(name: String, value: String)>) throws(NextInvocationError) {
        self.requestID = ""
        self.invokedFunctionARN = ""
        for (name, value) in fields where !value.isEmpty {
            self.take(name, value)
        }
        guard !self.requestID.isEmpty else { throw .missingRequestID }
        guard self.requestID.utf8.allSatisfy(Self.isSafeInAPath) else { throw .unusableRequestID }
    }

    private mutating func take(_ name: String, _ value: String) {
        if name.isSameFieldName("lambda-runtime-aws-request-id") {
            self.requestID = value
        } else if name.isSameFieldName("lambda-runtime-deadline-ms") {
            self.deadlineMilliseconds = Int64(value)
        } else if name.isSameFieldName("lambda-runtime-invoked-function-arn") {
            self.invokedFunctionARN = value
        } else if name.isSameFieldName("lambda-runtime-trace-id") {
            self.traceID = value
        } else if name.isSameFieldName("lambda-runtime-client-context") {
            self.clientContext = value
        } else if name.isSameFieldName("lambda-runtime-cognito-identity") {
            self.cognitoIdentity = value
        } else if name.isSameFieldName("lambda-runtime-aws-tenant-id") {
            self.tenantID = value
        } else if name.isSameFieldName("lambda-runtime-invocation-id") {
            self.invocationID = value
        }
    }

    /// The id becomes one segment of the path that the answer is posted to.
    private static func isSafeInAPath(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): false
        default: byte > 0x20 && byte < 0x7F
        }
    }
}

/// Why a reply to `/next` is no invocation.
package enum NextInvocationError: Error, Equatable {
    case missingRequestID
    /// It holds bytes that cannot stand in a path.
    case unusableRequestID
}

extension String {
    /// `lowercased` is in lower case. No copy is made: this runs for each field of each invocation.
    fileprivate func isSameFieldName(_ lowercased: StaticString) -> Bool {
        guard self.utf8.count == lowercased.utf8CodeUnitCount else { return false }
        return lowercased.withUTF8Buffer { expected in
            self.utf8.elementsEqual(expected) { byte, lowercase in
                byte == lowercase || (byte >= 0x41 && byte <= 0x5A && byte | 0x20 == lowercase)
            }
        }
    }
}
