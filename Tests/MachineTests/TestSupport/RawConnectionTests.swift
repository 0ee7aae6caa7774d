// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

@Suite struct RawConnectionTests {
    @Test func bytesGoBothWaysAndEachHalfEndsAlone() async throws {
        try await withScriptedServer { server in
            try await withRawClient(port: server.port) { client in
                try await client.send("question")
                try await client.closeOutput()
                let peer = try await server.accept()
                #expect(try await peer.readToEnd() == Array("question".utf8))
                try await peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                try await peer.sendChunk("hello")
                try await peer.sendLastChunk(trailers: ["a: b"])
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(try await client.readChunk() == Array("hello".utf8))
                #expect(try await client.readChunk() == [])
                #expect(try await client.readTrailers() == ["a: b"])
                await peer.close()
                #expect(try await client.end() == .endOfFile)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test func expectStopsAtTheFirstByteThatDiffers() async throws {
        try await withScriptedServer { server in
            try await withRawClient(port: server.port) { client in
                try await client.send("GET /x")
                let peer = try await server.accept()
                try await peer.expect("GET ")
                let error = await #expect(throws: UnexpectedBytes.self) { try await peer.expect("/yes and much more") }
                #expect(error?.description.contains("byte 1 differs") == true)
            }
        }
    }

    @Test func anAbortIsSeenAsAReset() async throws {
        try await withScriptedServer { server in
            try await withRawClient(port: server.port) { client in
                let peer = try await server.accept()
                try await client.abort()
                guard case .failed = try await peer.end() else {
                    Issue.record("the connection ended in order")
                    return
                }
            }
        }
    }

    @Test func aWaitForMoreThanComesNamesWhatItSaw() async throws {
        try await withScriptedServer { server in
            try await withRawClient(port: server.port) { client in
                let peer = try await server.accept()
                try await peer.send("abc")
                let late = await #expect(throws: DeadlinePassed.self) {
                    try await client.read(exactly: 4, within: .milliseconds(50))
                }
                #expect(late?.description.contains("abc") == true)
                await peer.close()
                await #expect(throws: ConnectionEnded.self) { try await client.read(exactly: 4) }
                #expect(client.unread == Array("abc".utf8))
            }
        }
    }

    @Test func aClientThatDoesNotReadHoldsUpTheSender() async throws {
        try await withScriptedServer { server in
            try await withRawClient(port: server.port, reading: false, receiveBufferBytes: 4_096) { client in
                let peer = try await server.accept()
                let count = 32 * 1024 * 1024
                async let sent: Void = peer.send([UInt8](repeating: 7, count: count))
                #expect(client.unread.isEmpty)
                try await client.setReading(true)
                #expect(try await client.read(exactly: count).count == count)
                try await sent
            }
        }
    }
}
