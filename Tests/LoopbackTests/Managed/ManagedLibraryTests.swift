// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// The runtime library of this package, with its workers, in an environment of Managed Instances.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct ManagedLibraryTests {
    private static func configuration(workers: Int, timeout: TimeAmount) throws -> FunctionConfiguration {
        let program = try BuiltProducts.url(of: "SluiceDemoFunction").path
        var function = FunctionConfiguration(name: "demo", command: [program], workingDirectory: "/tmp")
        function.managedConcurrency = workers
        function.reservedConcurrency = 1
        function.timeout = timeout
        return function
    }

    private static func get(_ lambda: LocalLambda, _ target: String) async throws -> LocalLambda.Reply {
        let url = "http://127.0.0.1:\(lambda.addresses.functionURLs[0].port)\(target)"
        var reply = LocalLambda.Reply()
        try await StreamClient().run(StreamRequest(url: try HTTPAddress(url), method: .get)) { reply.record($0) }
        return reply
    }

    @Test func theDeadlineOfOneStreamLeavesTheOthersOfItsProcessAlone() async throws {
        try await LocalLambda.run(try Self.configuration(workers: 4, timeout: .seconds(3))) { lambda in
            async let cut = Self.get(lambda, "/tokens?words=2&gap=10000")
            async let whole = [Self.get(lambda, "/tokens?words=3&gap=200"), Self.get(lambda, "/tokens?words=5&gap=50")]
            for reply in try await whole {
                #expect(reply.status == 200 && reply.end == .complete, "\(reply)")
                #expect(reply.body.hasSuffix(" words\n\n"))
            }
            let broken = try await cut
            #expect(broken.status == 200)
            guard case .broken = broken.end else {
                Issue.record("the reader takes it for whole: \(broken)")
                return
            }
            #expect(try await Self.get(lambda, "/tokens?words=1").end == .complete)
            let reports = try await lambda.log.reports(atLeast: 4)
            #expect(reports.compactMap(\.errorType) == ["Function.DeadlineExceeded"])
            #expect(lambda.log.startedEnvironments == 1)
        }
    }

    @Test func newCodeIsServedByAnotherProcessWhileTheStreamsOfTheOldOneFinish() async throws {
        try await LocalLambda.run(try Self.configuration(workers: 4, timeout: .seconds(60))) { lambda in
            async let old = Self.get(lambda, "/tokens?words=20&gap=100")
            try await lambda.log.first("a start") { if case .start = $0 { () } else { nil } }
            await lambda.addresses.control.renew()
            #expect(try await Self.get(lambda, "/tokens?words=1").end == .complete)
            #expect(lambda.log.startedEnvironments == 2)
            #expect(try await old.end == .complete)
            #expect(try await lambda.log.endedEnvironment() == "its code is old")
        }
    }
}
