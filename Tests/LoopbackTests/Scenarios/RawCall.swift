// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import EventStreamCoding
import Foundation
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

/// The three ways in which a function is called.
enum CallKind: String, CaseIterable, Sendable {
    case invoke, stream, functionURL

    func path(of function: String) -> String {
        switch self {
        case .invoke: "/2015-03-31/functions/\(function)/invocations"
        case .stream: "/2021-11-15/functions/\(function)/response-streaming-invocations"
        case .functionURL: "/"
        }
    }
}

/// An answer as it came from the socket, taken apart without the product's own client.
struct RawReply: Sendable, CustomStringConvertible {
    let head: String
    /// Out of its chunks, if it had any.
    let body: [UInt8]
    /// Whether it has the end that its head announced.
    let isWhole: Bool

    init(_ bytes: [UInt8]) throws {
        let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)), "no head: \(printable(bytes.prefix(500)))")
        self.head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let rest = bytes[end.upperBound...]
        if Self.values(of: "transfer-encoding", in: self.head) == ["chunked"] {
            (self.body, self.isWhole) = Self.withoutChunks(rest)
        } else {
            self.body = Array(rest)
            self.isWhole = Self.values(of: "content-length", in: self.head) == ["\(rest.count)"]
        }
    }

    private static func withoutChunks(_ bytes: ArraySlice<UInt8>) -> (body: [UInt8], isWhole: Bool) {
        var body: [UInt8] = []
        var rest = bytes
        while let lineFeed = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<lineFeed].dropLast(), as: UTF8.self)
            guard let count = Int(line, radix: 16) else { return (body, false) }
            rest = rest[(lineFeed + 1)...]
            if count == 0 { return (body, rest.elementsEqual("\r\n".utf8)) }
            body += rest.prefix(count)
            rest = rest.dropFirst(count + 2)
        }
        return (body, false)
    }

    private static func values(of name: String, in head: String) -> [String] {
        head.split(separator: "\r\n").dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name.lowercased() else {
                return nil
            }
            return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
    }

    subscript(name: String) -> [String] { Self.values(of: name, in: self.head) }

    var status: Int? { self.head.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    var text: String { String(decoding: self.body, as: UTF8.self) }
    var description: String {
        "\(self.head) (\(self.isWhole ? "whole" : "broken"), \(self.body.count) bytes): \(printable(self.body.suffix(1_000)))"
    }

    /// The body as a JSON object of strings.
    var object: [String: String]? {
        try? JSONSerialization.jsonObject(with: Data(self.body)) as? [String: String]
    }

    /// What an event stream says: its chunks, and the members of `InvokeComplete`, which has to be the last.
    func eventStream() throws -> (text: String, complete: [String: String]) {
        var decoder = EventStreamDecoder()
        decoder.append(ByteBuffer(bytes: self.body))
        var text = ""
        var complete: [String: String]?
        while let message = try decoder.next() {
            try #require(complete == nil, "something came after InvokeComplete")
            if message[":event-type"] == "PayloadChunk" {
                text += String(buffer: message.payload)
            } else {
                let object = try JSONSerialization.jsonObject(with: Data(message.payload.readableBytesView))
                complete = try #require(object as? [String: String])
            }
        }
        return (text, try #require(complete, "no InvokeComplete: \(self)"))
    }
}

extension LocalLambda {
    func port(for kind: CallKind, function index: Int = 0) -> Int {
        kind == .functionURL ? self.addresses.functionURLs[index].port : self.addresses.endpointPort
    }

    /// The request's head, up to its body's length.
    func head(_ kind: CallKind, path: String? = nil, fields: [String] = []) -> String {
        let lines = ["POST \(path ?? kind.path(of: "scripted")) HTTP/1.1", "Host: 127.0.0.1"] + fields
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// Calls the scripted function, and reads until the connection ends.
    func call(_ kind: CallKind, _ steps: [ScriptedFunction.Step]) async throws -> RawReply {
        try await self.call(kind, body: Array(try ScriptedFunction.Step.event(steps).utf8))
    }

    func call(
        _ kind: CallKind,
        at index: Int = 0,
        path: String? = nil,
        fields: [String] = [],
        body: [UInt8],
        isChunked: Bool = false
    ) async throws -> RawReply {
        try await withRawClient(port: self.port(for: kind, function: index)) { connection in
            let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
            let head = self.head(kind, path: path, fields: fields + ["Connection: close", length]) + "\r\n"
            let size = String(body.count, radix: 16)
            let framed = isChunked ? Array("\(size)\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8) : body
            try await connection.send(Array(head.utf8) + framed)
            _ = try await connection.end(within: .seconds(60))
            return try RawReply(connection.unread)
        }
    }
}
