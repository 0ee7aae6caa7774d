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

    private init() {
        self.requestID = ""
        self.invokedFunctionARN = ""
    }

    /// Takes the fields one after the other, from whatever has them: no list of them is made, since this runs for each
    /// invocation.
    package struct Reader {
        private var taken = NextInvocation()

        package init() {}

        package mutating func take(_ name: String, _ value: String) {
            if !value.isEmpty { self.taken.take(name, value) }
        }

        package func invocation() throws(NextInvocationError) -> NextInvocation {
            let id = self.taken.requestID
            guard !id.isEmpty else { throw .missingRequestID }
            var bytes = id
            guard bytes.withUTF8({ $0.allSatisfy(NextInvocation.isSafeInAPath) }) else { throw .unusableRequestID }
            return self.taken
        }
    }

    /// By length first: no two of the names that are asked for often have the same.
    private mutating func take(_ name: String, _ value: String) {
        switch name.utf8.count {
        case 23:
            if name.isFieldName("Lambda-Runtime-Trace-Id") { self.traceID = value }
        case 26:
            if name.isFieldName("Lambda-Runtime-Deadline-Ms") { self.deadlineMilliseconds = Int64(value) }
        case 28:
            if name.isFieldName("Lambda-Runtime-Aws-Tenant-Id") {
                self.tenantID = value
            } else if name.isFieldName("Lambda-Runtime-Invocation-Id") {
                self.invocationID = value
            }
        case 29:
            if name.isFieldName("Lambda-Runtime-Aws-Request-Id") {
                self.requestID = value
            } else if name.isFieldName("Lambda-Runtime-Client-Context") {
                self.clientContext = value
            }
        case 31:
            if name.isFieldName("Lambda-Runtime-Cognito-Identity") { self.cognitoIdentity = value }
        case 35:
            if name.isFieldName("Lambda-Runtime-Invoked-Function-Arn") { self.invokedFunctionARN = value }
        default:
            break
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
    /// Whether it is this name, of the same length, in whatever case. As Lambda writes it, that is one comparison.
    fileprivate func isFieldName(_ name: String) -> Bool {
        if self == name { return true }
        for (byte, expected) in zip(self.utf8, name.utf8) where Self.lowercased(byte) != Self.lowercased(expected) {
            return false
        }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
