// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Files as curl asks for them.
@Suite struct CurlRangeTests {
    private static let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ $0 >> 16) }

    @Test(
        .requires(.curl),
        arguments: [
            ("0-0", 0..<1), ("100000-199999", 100_000..<200_000), ("299999-", 299_999..<300_000),
            ("-65537", 234_463..<300_000), ("250000-999999", 250_000..<300_000),
        ]
    )
    func getsARange(_ option: String, _ range: Range<Int>) async throws {
        try await Forms.with(file: Self.bytes) { sluice, _ in
            let reply = try await curl(try sluice.url() + "file", ["--range", option])
            #expect(reply.exit == .code(0))
            #expect(reply.status == 206)
            #expect(reply["content-range"] == ["bytes \(range.lowerBound)-\(range.upperBound - 1)/300000"])
            #expect(reply["accept-ranges"] == ["bytes"])
            #expect(reply.body == Array(Self.bytes[range]))
        }
    }

    @Test(.requires(.curl))
    func getsEverythingWithSeveralRangesAndNothingBeyondTheEnd() async throws {
        try await Forms.with(file: Self.bytes) { sluice, _ in
            let url = try sluice.url() + "file"
            let several = try await curl(url, ["--range", "0-1,5-6"])
            #expect(several.status == 200)
            #expect(several.body == Self.bytes)
            let beyond = try await curl(url, ["--range", "300000-"])
            #expect(beyond.status == 416)
            #expect(beyond["content-range"] == ["bytes */300000"])
        }
    }

    /// `--continue-at -` goes on where a download broke off.
    @Test(.requires(.curl))
    func completesADownloadThatBrokeOff() async throws {
        try await Forms.with(file: Self.bytes) { sluice, path in
            let part = path + ".part"
            try Data(Self.bytes[..<123_456]).write(to: URL(filePath: part))
            let result = try await runProgram(
                try Tools.path(of: .curl),
                Curl.options + ["--continue-at", "-", "--output", part, try sluice.url() + "file"]
            )
            #expect(result.exit == .code(0), "\(result)")
            #expect(try Data(contentsOf: URL(filePath: part)) == Data(Self.bytes))
        }
    }

    @Test(.requires(.curl))
    func asksForAFileOnlyWhenItHasChanged() async throws {
        try await Forms.with(file: Self.bytes) { sluice, path in
            let url = try sluice.url() + "file"
            let tags = path + ".etag"
            let first = try await curl(url, ["--etag-save", tags])
            #expect(first.status == 200 && first.body == Self.bytes)
            let again = try await curl(url, ["--etag-compare", tags])
            #expect(again.status == 304 && again.body.isEmpty)
            // By date: curl takes that of the file that is named.
            let dated = try await curl(url, ["--time-cond", path])
            #expect(dated.status == 304)
            try Data("other".utf8).write(to: URL(filePath: path))
            let changed = try await curl(url, ["--etag-compare", tags])
            #expect(changed.status == 200 && changed.text == "other")
            let head = try await curl(url, ["--head"])
            #expect(head.exit == .code(0) && head.status == 200 && head.body.isEmpty)
        }
    }
}
