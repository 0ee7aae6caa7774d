// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// What the adapter writes for CloudWatch about each response.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterMetricsTests {
    private func documents(_ app: AdaptedApplication) throws -> [[String: Any]] {
        let lines = app.lambda.log.all.compactMap { (event: LogEvent) -> String? in
            if case .output(_, let line) = event.kind { line } else { nil }
        }
        return try lines.filter { $0.contains("CloudWatchMetrics") }.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    /// Of all lines, since which value stands in which is not said.
    private func values(_ name: String, in documents: [[String: Any]]) -> [Double] {
        documents.flatMap { document in
            (document[name] as? [Any])?.compactMap { ($0 as? NSNumber)?.doubleValue }
                ?? (document[name] as? NSNumber).map { [$0.doubleValue] } ?? []
        }
    }

    @Test func bytesChunksAndTimesOfEachResponse() async throws {
        try await AdaptedApplication.run(variables: ["SLUICE_ADAPTER_METRICS": "true"]) { app async throws in
            let gate = try await Gate.open()
            let live = try await app.getInLockStep(through: gate)
            #expect(live.body == "first\nsecond\n")
            #expect(try await app.get("/status/201").body == "status 201")
            // What is written of an invocation is written before the next one is asked for.
            _ = try await app.lambda.log.reports(atLeast: 2)
            let documents = try self.documents(app)
            // As Lambda counts them: the prelude and the eight NULs behind it are a chunk each.
            let head = Double(#"{"statusCode":200,"headers":{"content-type":"text/plain"}}"#.utf8.count + 8)
            #expect(self.values("ResponseBytes", in: documents) == [head + 13, head + 10])
            #expect(self.values("ResponseChunks", in: documents) == [2 + 2, 2 + 1])
            let first = self.values("TimeToFirstByte", in: documents)
            let whole = self.values("ResponseDuration", in: documents)
            try #require(first.count == 2 && whole.count == 2, "\(documents)")
            #expect((first + whole).allSatisfy { $0 > 0 && $0 <= 20_000 })
            // The second request went over the connection of the first.
            let connect = self.values("ApplicationConnectDuration", in: documents)
            #expect(connect.count == 1 && connect.allSatisfy { $0 > 0 && $0 < 5_000 }, "\(connect)")
            for document in documents {
                let format = try #require(document["_aws"] as? [String: Any])
                let metrics = try #require((format["CloudWatchMetrics"] as? [[String: Any]])?.first)
                #expect(metrics["Namespace"] as? String == "SluiceAdapter")
            }
        }
    }

    @Test func nothingIsWrittenWhereNobodyAskedForIt() async throws {
        try await AdaptedApplication.run(variables: ["SLUICE_ADAPTER_METRICS": "false"]) { app async throws in
            for _ in 1...2 { #expect(try await app.get("/early").status == 200) }
            _ = try await app.lambda.log.reports(atLeast: 2)
            #expect(try self.documents(app).isEmpty)
        }
    }
}
