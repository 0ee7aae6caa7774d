// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import Sluice
import SluiceWire
import TestSupport
import Testing

@Suite struct FileBodyTests {
    private func answer(
        _ path: String,
        method: String = "GET",
        headers: [String: String] = [:],
        fields: HTTPFields = [:],
        beforeItIsSent: @escaping @Sendable () throws -> Void = {}
    ) async throws -> HTTPAnswer {
        let function = HTTPFunction { request, _ in
            let result = try await HTTPResult.file(at: path, contentType: "x/y", for: request, headers: fields)
            try beforeItIsSent()
            return result
        }
        return try await withFunction(function.function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(urlEvent(method, headers: headers))
            let answer = try HTTPAnswer(await connection.readStream())
            try await connection.reply()
            // Behind this, nothing of the invocation is left.
            try await connection.readNext()
            return answer
        }
    }

    @Test(arguments: [0, 1, Limits.fileReadBytes, Limits.fileReadBytes + 1, 300_000])
    func sendsAFileInPieces(bytes: Int) async throws {
        try await TemporaryFile.with(bytes: bytes) { file in
            let answer = try await self.answer(file.path, fields: [.cacheControl: "max-age=60", .eTag: "\"mine\""])
            #expect(answer.status == 200)
            #expect(answer.body == file.bytes)
            #expect(answer.chunks.allSatisfy { $0.count <= Limits.fileReadBytes })
            #expect(answer.trailers.isEmpty)
            #expect(answer.headers["content-type"] == "x/y")
            #expect(answer.headers["accept-ranges"] == "bytes")
            #expect(answer.headers["cache-control"] == "max-age=60")
            #expect(answer.headers["etag"] != "\"mine\"")
            #expect(answer.headers["content-length"] == nil)
        }
    }

    @Test func sendsTheRangeThatIsAskedFor() async throws {
        try await TemporaryFile.with(bytes: 200_000) { file in
            for (field, range) in [("bytes=70000-199998", 70_000..<199_999), ("bytes=-3", 199_997..<200_000)] {
                let answer = try await self.answer(file.path, headers: ["range": field])
                #expect(answer.status == 206)
                #expect(answer.headers["content-range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/200000")
                #expect(answer.body == Array(file.bytes[range]))
            }
            let beyond = try await self.answer(file.path, headers: ["range": "bytes=200000-"])
            #expect(beyond.status == 416)
            #expect(beyond.headers["content-range"] == "bytes */200000")
        }
    }

    @Test func sendsNothingToWhoHasItOrWantsTheHeadOnly() async throws {
        try await TemporaryFile.with(bytes: 100) { file in
            let head = try await self.answer(file.path, method: "HEAD", headers: ["range": "bytes=0-1"])
            #expect(head.status == 200 && head.chunks.isEmpty)
            let tag = try #require(head.headers["etag"])
            let date = try #require(head.headers["last-modified"])
            for headers in [["if-none-match": tag], ["if-modified-since": date]] {
                let answer = try await self.answer(file.path, headers: headers, fields: [.cacheControl: "max-age=60"])
                #expect(answer.status == 304 && answer.chunks.isEmpty)
                #expect(answer.headers["etag"] == tag && answer.headers["cache-control"] == "max-age=60")
            }
            let part = try await self.answer(file.path, headers: ["range": "bytes=1-1", "if-range": tag])
            #expect(part.status == 206 && part.body == [file.bytes[1]])
            #expect(try await self.answer(file.path, headers: ["if-match": "\"x\""]).status == 412)
            // As soon as the file is another, nobody has it.
            try Data("other".utf8).write(to: file.url)
            #expect(try await self.answer(file.path, headers: ["if-none-match": tag]).text == "other")
            let other = try await self.answer(file.path, headers: ["range": "bytes=1-1", "if-range": tag])
            #expect(other.status == 200 && other.text == "other")
        }
    }

    @Test func findsRegularFilesOnly() async throws {
        try await TemporaryFile.with(bytes: 1) { file in
            let pipe = file.folder.appending(path: "pipe").path
            try #require(mkfifo(pipe, 0o600) == 0)
            let longName = file.folder.path + "/" + String(repeating: "x", count: 5_000)
            for path in [
                "", file.path + "x", file.folder.path, pipe, file.path + "/x", file.path + "\0", longName, "/dev/null",
            ] {
                let answer = try await self.answer(path)
                #expect(answer.status == 404, "\(path)")
                #expect(answer.text == "404 Not Found\n")
            }
            #expect(try await self.answer(pipe, method: "HEAD").chunks.isEmpty)
            let link = file.folder.appending(path: "link").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file.path)
            #expect(try await self.answer(link).status == 200)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func saysWhatMayNotBeRead() async throws {
        try await TemporaryFile.with(bytes: 1) { file in
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file.path)
            #expect(try await self.answer(file.path).status == 403)
        }
    }

    @Test func endsWithAnErrorWhenTheFileBecomesShorter() async throws {
        try await TemporaryFile.with(bytes: 100_000) { file in
            let answer = try await self.answer(file.path) {
                try #require(truncate(file.path, 99_999) == 0)
            }
            #expect(answer.status == 200)
            #expect(answer.body == Array(file.bytes[..<Limits.fileReadBytes]))
            #expect(answer.trailers.first == "Lambda-Runtime-Function-Error-Type: Function.StreamError")
            #expect(try self.descriptors(of: file).isEmpty)
        }
    }

    /// What the file gains meanwhile belongs to another answer.
    @Test func sendsWhatTheFileWasWhenItWasOpened() async throws {
        try await TemporaryFile.with(bytes: 100_000) { file in
            let answer = try await self.answer(file.path) {
                let handle = try FileHandle(forWritingTo: file.url)
                try handle.seekToEnd()
                try handle.write(contentsOf: Data([1, 2, 3]))
                try handle.close()
            }
            #expect(answer.body == file.bytes)
            #expect(answer.trailers.isEmpty)
        }
    }

    @Test(arguments: ["GET", "HEAD"])
    func closesTheFile(method: String) async throws {
        try await TemporaryFile.with(bytes: 100_000) { file in
            _ = try await self.answer(file.path, method: method)
            #expect(try self.descriptors(of: file).isEmpty)
            _ = try await self.answer(file.path, method: method, headers: ["range": "bytes=100000-"])
            #expect(try self.descriptors(of: file).isEmpty)
        }
    }

    /// Those of this process, where the function runs, too. Only Linux tells.
    private func descriptors(of file: TemporaryFile) throws -> [String] {
        #if os(Linux)
        let folder = "/proc/self/fd"
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == file.path
        }
        #else
        return []
        #endif
    }
}
