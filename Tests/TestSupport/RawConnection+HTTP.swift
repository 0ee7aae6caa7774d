// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What an HTTP/1.1 peer sends, taken apart just far enough for a test to look at its framing.
extension RawConnection {
    /// Reads a message's head, with the empty line that ends it.
    package func readHead(within limit: Duration = TestDeadline.standard) async throws -> String {
        try await self.read(until: "\r\n\r\n", within: limit)
    }

    /// Reads one chunk of a chunked body as it was framed; empty for the last one, whose trailers are not read then.
    package func readChunk(within limit: Duration = TestDeadline.standard) async throws -> [UInt8] {
        let line = try await self.read(until: "\r\n", within: limit)
        guard let count = Int(line.dropLast().prefix { $0 != ";" }, radix: 16) else {
            throw UnexpectedBytes(expected: Array("a chunk's size in hexadecimal".utf8), seen: Array(line.utf8))
        }
        guard count > 0 else { return [] }
        let bytes = try await self.read(exactly: count, within: limit)
        try await self.expect("\r\n", within: limit)
        return bytes
    }

    /// Reads the trailers that follow the last chunk, line by line.
    package func readTrailers(within limit: Duration = TestDeadline.standard) async throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try await self.read(until: "\r\n", within: limit)
            // Both bytes of the line's end are one Character.
            if line == "\r\n" { return lines }
            lines.append(String(line.dropLast()))
        }
    }

    /// Sends one chunk of a chunked body.
    package func sendChunk(_ text: String) async throws {
        try await self.send(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
    }

    /// Sends the last chunk, with trailers if there are any.
    package func sendLastChunk(trailers: [String] = []) async throws {
        try await self.send("0\r\n" + trailers.map { $0 + "\r\n" }.joined() + "\r\n")
    }
}
