// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore

/// What a caller sees of one invocation, in this order: a head, chunks, one end. An end may come first.
///
/// Times count from the moment the call began.
enum StreamEvent: Sendable {
    case head(status: Int, fields: HTTPFields, at: Duration)
    /// Bytes of the function's response, as they came.
    case chunk(ByteBuffer, at: Duration)
    case end(StreamEnd, at: Duration)
}

/// How an invocation ended.
enum StreamEnd: Hashable, Sendable {
    case complete
    /// The function, or the service in its stead, said that it failed.
    case failed(type: String, message: String?)
    /// The answer stopped where it should not, or cannot be read.
    case broken(reason: String)
}

extension StreamEnd: CustomStringConvertible {
    var description: String {
        switch self {
        case .complete: "complete"
        case .failed(let type, let message?): "failed: \(type): \(message)"
        case .failed(let type, nil): "failed: \(type)"
        case .broken(let reason): "broken: \(reason)"
        }
    }
}
