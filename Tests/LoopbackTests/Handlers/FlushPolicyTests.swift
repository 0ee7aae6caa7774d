// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import Sluice
import TestSupport
import Testing

/// When the chunks of a body leave: a caller can read what has left, and nothing else.
@Suite struct FlushPolicyTests {
    /// The handler goes on when the caller has seen what it wrote.
    @Test func aLoneWriteLeavesAtOnce() async throws {
        let seen = Watched(0)
        let function = LambdaFunction { _, _ in
            .stream { writer in
                for number in 1...3 {
                    try await writer.write("\(number)")
                    _ = try await seen.first("the reader") { $0 == number ? true : nil }
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            for number in 1...3 {
                #expect(try await connection.readChunk() == Array("\(number)".utf8))
                seen.update { $0 = number }
            }
        }
    }

    @Test func gatheredWritesLeaveWhenTheirBytesAreThere() async throws {
        let seen = Watched(false)
        let function = LambdaFunction { _, _ in
            .stream(flush: .gathered(bytes: 9, within: .seconds(600))) { writer in
                for word in ["one", "two", "three"] {
                    try await writer.write(word)
                    await Task.yield()
                }
                _ = try await seen.first("the reader") { $0 ? true : nil }
                try await writer.write("the end does not wait")
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            for word in ["one", "two", "three"] {
                #expect(try await connection.readChunk() == Array(word.utf8), "each a chunk of its own")
            }
            seen.update { $0 = true }
            #expect(try await connection.readChunk() == Array("the end does not wait".utf8))
            #expect(try await connection.readChunk().isEmpty)
        }
    }

    @Test func orWhenTheirTimeHasCome() async throws {
        let seen = Watched(0)
        let function = LambdaFunction { _, _ in
            .stream(flush: .gathered(bytes: 1_000_000, within: .milliseconds(20))) { writer in
                for number in 1...2 {
                    try await writer.write("a\(number)")
                    try await writer.write("b\(number)")
                    _ = try await seen.first("the reader") { $0 == number ? true : nil }
                }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            _ = try await connection.readHead()
            for number in 1...2 {
                #expect(try await connection.readChunk() == Array("a\(number)".utf8))
                #expect(try await connection.readChunk() == Array("b\(number)".utf8))
                seen.update { $0 = number }
            }
        }
    }

    /// More bytes than a connection holds are no deadlock: what does not fit leaves.
    @Test func moreThanAConnectionHoldsStillFlows() async throws {
        let function = LambdaFunction { _, _ in
            .stream(flush: .gathered(bytes: .max, within: .seconds(600))) { writer in
                for _ in 0..<100 { try await writer.write(ByteBuffer(repeating: 0x61, count: 10_000)) }
            }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readStream().text.utf8.count == 1_000_000)
        }
    }

    @Test(arguments: [Int.min, 0, .max], [Duration.seconds(-5), .zero, .seconds(Int64.max), .seconds(Int64.min)])
    func anyNumbersWillDo(bytes: Int, within: Duration) async throws {
        let function = LambdaFunction { _, _ in
            .stream(flush: .gathered(bytes: bytes, within: within)) { try await $0.write("a") }
        }
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext()
            #expect(try await connection.readStream().text == "a")
        }
    }
}
