// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import Sluice
import TestSupport
import Testing

/// A response of an HTTP function as it was posted.
struct HTTPAnswer: Sendable {
    let status: Int
    let headers: [String: String]
    /// The chunks after the head and its delimiter.
    let chunks: [[UInt8]]
    let trailers: [String]

    var body: [UInt8] { Array(self.chunks.joined()) }
    var text: String { String(decoding: self.body, as: UTF8.self) }
    var texts: [String] { self.chunks.map { String(decoding: $0, as: UTF8.self) } }

    init(_ response: PostedResponse) throws {
        let prelude = try #require(response.chunks.first)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(prelude)) as? [String: Any])
        self.status = try #require(object["statusCode"] as? Int)
        self.headers = object["headers"] as? [String: String] ?? [:]
        try #require(response.chunks.dropFirst().first == Array(repeating: 0, count: 8))
        self.chunks = Array(response.chunks.dropFirst(2))
        self.trailers = response.trailers
    }
}

/// The event of a Function URL.
func urlEvent(_ method: String = "GET", path: String = "/", headers: [String: String] = [:]) throws -> String {
    let event: [String: Any] = [
        "version": "2.0", "rawPath": path, "headers": headers,
        "requestContext": ["http": ["method": method, "sourceIp": "127.0.0.1"]],
    ]
    return String(decoding: try JSONSerialization.data(withJSONObject: event), as: UTF8.self)
}

/// What a result looks like on the wire.
func posted(_ result: @escaping @Sendable () async throws -> HTTPResult) async throws -> HTTPAnswer {
    try await withFunction(LambdaFunction { _, _ in .http(try await result()) }) { server, _ in
        let connection = try await server.accept()
        try await connection.answerNext()
        return try HTTPAnswer(await connection.readStream())
    }
}

extension RawConnection {
    /// Reads the beginning of a streamed HTTP response, up to its body.
    func readPrelude() async throws {
        _ = try await self.readHead()
        _ = try await self.readChunk()
        _ = try await self.readChunk()
    }
}
