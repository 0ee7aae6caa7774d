// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// A service that has served two thousand calls is as large as one that has served five hundred.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ManyInvocationsTests {
    /// Memory of its own that 1,500 calls may add. A leak of one buffer of 4 KiB a call would be 6 MB; an allocator
    /// takes and returns pages by the hundred kilobytes.
    private static let mayGrowBytes = 2 * 1024 * 1024

    private struct Size {
        let memory: Int
        let descriptors: Int
        let processes: [Int32]
    }

    private static func size(of sluice: ChildProcess) throws -> Size {
        Size(
            memory: try #require(Processes.ownMemoryBytes(of: sluice.processID)),
            descriptors: try #require(Processes.descriptorCount(of: sluice.processID)),
            processes: sluice.livingProcesses()
        )
    }

    /// One call after the other on connections of their own, of all three kinds in turn.
    private static func call(_ count: Int, _ ready: SluiceProgram.Ready) async throws {
        let endpoint = try #require(URL(string: ready.endpoint)?.port)
        let url = try #require(ready.functionURLs["scripted"].flatMap { URL(string: $0)?.port })
        let event = try ScriptedFunction.Step.event([.chunk("hello "), .chunk("there"), .end])
        for number in 0..<count {
            let kind = CallKind.allCases[number % 3]
            let reply = try await withRawClient(port: kind == .functionURL ? url : endpoint) { client in
                try await client.send(
                    "POST \(kind.path(of: "scripted")) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        + "Content-Length: \(event.utf8.count)\r\n\r\n\(event)"
                )
                return try RawReply(try await client.readToEnd())
            }
            let text = kind == .stream ? try reply.eventStream().text : reply.text
            try #require(reply.isWhole && text == "hello there", "call \(number): \(reply)")
        }
    }

    @Test func twoThousandLeaveNothingBehind() async throws {
        try await SluiceProgram.serve(try SluiceProgram.scripted() + ["--timeout", "60"]) { ready, sluice in
            try await Self.call(500, ready)
            let before = try Self.size(of: sluice)
            #expect(before.processes.count == 2, "the service and one function: \(before)")
            try await Self.call(1_500, ready)
            // The last connection may still be about to be closed.
            let isBack = await Processes.eventually {
                Processes.descriptorCount(of: sluice.processID) == before.descriptors
            }
            let after = try Self.size(of: sluice)
            #expect(isBack, "\(before) \(after)")
            #expect(after.processes == before.processes)
            #expect(after.memory - before.memory < Self.mayGrowBytes, "\(before) \(after)")
        }
    }
}
