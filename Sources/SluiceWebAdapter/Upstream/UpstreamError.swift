// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// Why there is no answer of the application, or no end of one.
package enum UpstreamError: ReportedError, Hashable, CustomStringConvertible {
    /// Nobody listens, or the connection was not accepted in time.
    case unreachable(address: String, reason: String)
    /// The connection ended before there was an answer.
    case noAnswer(reason: String)
    /// It ended in the middle of the body.
    case brokeOff(bodyBytes: Int, reason: String)
    /// What came is no HTTP, or too long.
    case malformed(reason: String)
    case unusableStatus(Int)
    /// The application took the request for a change of protocol, which no function can pass on.
    case upgraded
    /// An answer with a status that the configuration names.
    case errorStatus(Int, body: String)

    package var errorType: String {
        switch self {
        case .unreachable: "Adapter.ApplicationUnreachable"
        case .noAnswer: "Adapter.NoResponse"
        case .brokeOff: "Adapter.ResponseBrokeOff"
        case .malformed: "Adapter.MalformedResponse"
        case .unusableStatus: "Adapter.UnusableStatus"
        case .upgraded: "Adapter.UpgradeNotSupported"
        case .errorStatus: "Adapter.ErrorStatus"
        }
    }

    package var description: String {
        switch self {
        case .unreachable(let address, let reason):
            "the application cannot be reached at \(address): \(reason)"
        case .noAnswer(let reason):
            "the application ended the connection before it answered (\(reason)): its own log says why"
        case .brokeOff(let bytes, let reason):
            "the application's response broke off after \(bytes) bytes of its body: \(reason)"
        case .malformed(let reason):
            "the application's response is no HTTP that can be passed on: \(reason)"
        case .unusableStatus(let code):
            "the application answered with status \(code); a function can answer with 200 to 599"
        case .upgraded:
            """
            the application switched protocols, as for a WebSocket, which no Lambda function can pass on: \
            use server-sent events, or a WebSocket API of API Gateway
            """
        case .errorStatus(let code, let body):
            "{\"statusCode\":\(code),\"body\":\(Self.quoted(body))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
