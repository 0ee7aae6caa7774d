// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import NIOCore
internal import NIOHTTP1

/// Why a server ends a connection, and what it says to its peer: each with its status and the rule that was broken.
package enum ConnectionFault: Equatable, Sendable, CustomStringConvertible {
    case targetTooLong(limitBytes: Int)
    case headTooLarge(limitBytes: Int, fieldBytes: Int, fields: Int)
    case trailersTooLarge(limitBytes: Int, fieldBytes: Int, fields: Int)
    case framingTooLarge(limitBytes: Int)
    case malformed(Rule)
    case versionUnknown
    case headTookTooLong(milliseconds: Int64)
    case bodyPaused(milliseconds: Int64)
    case bodyTookTooLong(milliseconds: Int64)
    case tooManyConnections(limit: Int)

    /// A rule of RFC 9112 that NIO's parser holds requests to.
    package enum Rule: Equatable, Sendable {
        case method, target, version, field, length, transferEncoding, chunkSize, lineEnd, other
    }

    package var status: HTTPResponse.Status {
        switch self {
        case .targetTooLong: .uriTooLong
        case .headTooLarge, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .framingTooLarge, .malformed: .badRequest
        case .versionUnknown: .httpVersionNotSupported
        case .headTookTooLong, .bodyPaused, .bodyTookTooLong: .requestTimeout
        case .tooManyConnections: .serviceUnavailable
        }
    }

    /// Without quotes or backslashes, since it goes into JSON as it is.
    package var message: String {
        switch self {
        case .targetTooLong(let limit):
            "The request target is longer than \(limit) bytes. Send what is long in the body."
        case .headTooLarge(let limit, let field, let count):
            "The head of the request is too large. It may have \(limit) bytes, and \(count) fields of \(field) bytes each."
        case .trailersTooLarge(let limit, let field, let count):
            "The trailers are too large. With the head they may have \(limit) bytes, and \(count) fields of \(field) bytes each."
        case .framingTooLarge(let limit):
            "The chunked body has over \(limit) bytes of chunk sizes, extensions and trailers beside its data. Send larger chunks."
        case .malformed(let rule):
            "The request is no valid HTTP/1.1: \(rule.text)."
        case .versionUnknown:
            "This server speaks HTTP/1.1 only."
        case .headTookTooLong(let milliseconds):
            "The head of the request was not whole after \(milliseconds) ms."
        case .bodyPaused(let milliseconds):
            "Nothing of the request body came for \(milliseconds) ms."
        case .bodyTookTooLong(let milliseconds):
            "The request body was not whole after \(milliseconds) ms."
        case .tooManyConnections(let limit):
            "\(limit) connections are open already, and more are not taken. Close some, or use them again."
        }
    }

    package var description: String { "\(self.status.code): \(self.message)" }

    /// The whole response. The last before its connection ends, so it need not pass through an encoder.
    func response(toHead: Bool) -> ByteBuffer {
        let body = #"{"message":"\#(self.message)"}"#
        return ByteBuffer(
            string: """
                HTTP/1.1 \(self.status.code) \(self.status.reasonPhrase)\r
                Content-Type: application/json\r
                Content-Length: \(body.utf8.count)\r
                Connection: close\r
                \r
                \(toHead ? "" : body)
                """
        )
    }
}

extension ConnectionFault.Rule {
    init(_ error: HTTPParserError) {
        self =
            switch error {
            case .invalidMethod: .method
            case .invalidURL, .invalidHost, .invalidPort, .invalidPath, .invalidQueryString, .invalidFragment: .target
            case .invalidVersion, .invalidConstant: .version
            case .invalidHeaderToken: .field
            case .invalidContentLength: .length
            case .unexpectedContentLength: .transferEncoding
            case .invalidChunkSize: .chunkSize
            case .lfExpected, .strictModeAssertion: .lineEnd
            default: .other
            }
    }

    var text: String {
        switch self {
        case .method: "its method is none that is known"
        case .target: "its target has a byte that may not stand there"
        case .version: "its first line does not end with the version"
        case .field: "the name or value of a header field has a byte that may not stand there"
        case .length: "Content-Length is no number, or stands twice, or beside Transfer-Encoding"
        case .transferEncoding: "Content-Length and Transfer-Encoding exclude each other"
        case .chunkSize: "the size of a chunk is no hexadecimal number, or is too large"
        case .lineEnd: "a line does not end with CR LF"
        case .other: "its transfer encoding, a line or a chunk is not as RFC 9112 says"
        }
    }
}
