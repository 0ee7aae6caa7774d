// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import DownloadFunction
import HTTPTypes
import Sluice
import SluiceTesting
import Testing

@Suite struct DownloadTests {
    private let folder = "\(#filePath)".split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Files"

    @Test func makesRowsWhileTheyAreSent() async throws {
        try await withTestedFunction(download()) { function in
            let response = try await function.invoke(.functionURL("/rows.csv?mebibytes=1")).response()
            #expect(response.end.bodyBytes == 1_048_576)
            #expect(response.chunks.count == 16)
            let rows = response.text.split(separator: "\n")
            #expect(rows[0] == "00000000000000,0000000000000000")
            #expect(rows[32_767] == "00000000032767,000000003fff0001")
        }
    }

    @Test func isHeldUpBehindASlowCaller() async throws {
        try await withTestedFunction(download()) { function in
            let call = try await function.invoke(.functionURL("/rows.csv?mebibytes=100"), windowBytes: 65_536)
            for _ in 0..<10 { #expect(try await call.nextChunk()?.bytes.readableBytes == 65_536) }
            await call.leave()
        }
    }

    @Test(arguments: ["0", "200", "-1", "many", "99999999999999999999"])
    func saysHowMuchThereIs(mebibytes: String) async throws {
        try await withTestedFunction(download()) { function in
            let response = try await function.invoke(.functionURL("/rows.csv?mebibytes=\(mebibytes)")).response()
            #expect(response.head?.status == .badRequest)
        }
    }

    @Test func sendsTheRangeThatIsAskedFor() async throws {
        try await withTestedFunction(download(from: self.folder)) { function in
            let whole = try await function.invoke(.functionURL("/planets.csv")).response()
            #expect(whole.head?.status == .ok)
            #expect(whole.head?.headers[.acceptRanges] == "bytes")

            let part = TestEvent.functionURL("/planets.csv", headers: [.range: "bytes=65-71"])
            let response = try await function.invoke(part).response()
            #expect(response.head?.status == .partialContent)
            #expect(response.text == "Mercury")

            let tag = try #require(whole.head?.headers[.eTag])
            let again = TestEvent.functionURL("/planets.csv", headers: [.ifNoneMatch: tag])
            #expect(try await function.invoke(again).head().status == .notModified)
        }
    }
}
