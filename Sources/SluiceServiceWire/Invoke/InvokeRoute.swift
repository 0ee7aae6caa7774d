// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import SluiceWire

/// A call of the Lambda API that invokes a function.
///
/// Source: Lambda API Reference, `Invoke` and `InvokeWithResponseStream`, "Request Syntax".
package enum InvokeRoute: Hashable, Sendable {
    /// `POST /2015-03-31/functions/{FunctionName}/invocations`
    case invoke(FunctionReference)
    /// `POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations`
    case invokeWithResponseStream(FunctionReference)

    package var function: FunctionReference {
        switch self {
        case .invoke(let function), .invokeWithResponseStream(let function): function
        }
    }

    package var isStreaming: Bool {
        if case .invokeWithResponseStream = self { true } else { false }
    }

    /// `nil` for every other method or path; throws if it is one of these and names no function.
    ///
    /// - Parameter target: The request's target as it came: path and query, percent-encoded.
    package init?(method: HTTPRequest.Method, target: some StringProtocol) throws(InvokeError) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard method == .post, let path = halves.first else { return nil }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[2] == "functions", !parts[3].isEmpty else { return nil }

        let isStreaming: Bool
        if parts[1] == "2015-03-31", parts[4] == "invocations" {
            isStreaming = false
        } else if parts[1] == "2021-11-15", parts[4] == "response-streaming-invocations" {
            isStreaming = true
        } else {
            return nil
        }
        guard let name = Self.percentDecoded(parts[3]) else { throw .invalidFunctionName(String(parts[3])) }
        let qualifier = try Self.qualifier(inQuery: halves.dropFirst().first ?? "")
        let function = try FunctionReference(parsing: name, qualifier: qualifier)
        self = isStreaming ? .invokeWithResponseStream(function) : .invoke(function)
    }

    /// The target that a client asks for.
    package var target: String {
        let (date, resource) =
            self.isStreaming ? ("2021-11-15", "response-streaming-invocations") : ("2015-03-31", "invocations")
        let path = "/\(date)/functions/\(Self.percentEncoded(self.function.name))/\(resource)"
        guard let qualifier = self.function.qualifier else { return path }
        return path + "?Qualifier=" + Self.percentEncoded(qualifier)
    }

    private static func qualifier(inQuery query: some StringProtocol) throws(InvokeError) -> String? {
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.first == "Qualifier" else { continue }
            guard let qualifier = Self.percentDecoded(halves.dropFirst().first ?? "") else {
                throw .invalidParameterValue("The qualifier is not valid percent-encoded UTF-8.")
            }
            return qualifier
        }
        return nil
    }

    private static func percentDecoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = QueryString.hexadecimal(rest.prefix(2)) else { return nil }
            bytes.append(value)
            rest.removeFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80,
                Character(scalar).isLetter || Character(scalar).isNumber || "-_.~".unicodeScalars.contains(scalar)
            {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
