// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore

/// What a caller sees of one invocation, in this order: the connection, a head, chunks, the log, one end. Any of them may
/// be missing but the end.
///
/// Times count from the moment the request left.
enum StreamEvent: Sendable {
    case connected(ConnectionTimes)
    case head(status: Int, fields: HTTPFields, at: Duration)
    /// Bytes of the function's response, as they came.
    case chunk(ByteBuffer, at: Duration)
    /// The end of the invocation's log, if it was asked for and came.
    case log(ByteBuffer)
    case end(StreamEnd, at: Duration)
}

/// How long it took until a request could leave.
struct ConnectionTimes: Hashable, Sendable {
    /// From the name to the connection.
    var transport: Duration
    /// The TLS handshake; `nil` without TLS.
    var handshake: Duration?

    var total: Duration { self.transport + (self.handshake ?? .zero) }
}

/// How an invocation ended.
enum StreamEnd: Hashable, Sendable {
    case complete
    /// The function, or the service in its stead, said that it failed.
    case failed(type: String, message: String?)
    /// The answer stopped where it should not, or cannot be read: `after` says where, in words.
    case broken(after: String, reason: String)
    /// Its reader did not wait for the end.
    case left(after: Duration)
}

extension StreamEnd: CustomStringConvertible {
    var description: String {
        switch self {
        case .complete: "complete"
        case .failed(let type, let message?): "failed: \(type): \(message)"
        case .failed(let type, nil): "failed: \(type)"
        case .left(let time): "left by you after \(HumanText.time(time))"
        case .broken(let after, let reason): "broken off \(after): \(reason)"
        }
    }
}

/// Why nothing more comes on a connection.
enum ConnectionEnd: Hashable, Sendable {
    case closed
    case reset
    /// Said by the peer or by what reads it.
    case failed(String)

    var reason: String {
        switch self {
        case .closed: "the connection closed"
        case .reset: "the connection was reset"
        case .failed(let text): text
        }
    }
}
