// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The service as a whole: several streams at once, connections that are used again, and its end.
@Suite struct ServiceTests {
    private static func request(_ script: String) -> String {
        "GET / HTTP/1.1\r\nhost: x\r\nx-script: \(script)\r\n\r\n"
    }

    @Test(.requires(.python3))
    func streamsOfOneFunctionDoNotWaitForEachOther() async throws {
        try await withGatedFixture { sluice, gates in
            try await withRawClient(port: try sluice.urlPort()) { first in
                try await withRawClient(port: try sluice.urlPort()) { second in
                    let script = try FixtureFunction.gatedStream()
                    try await first.send(Self.request(script))
                    let firstGate = try await gates.accept()
                    try await second.send(Self.request(script))
                    let secondGate = try await gates.accept()
                    for number in 1...3 {
                        try await secondGate.chunk("second \(number)")
                        // Without a prelude, the head comes with the first byte.
                        if number == 1 { _ = try await second.readHead() }
                        #expect(String(latin1: try await second.readChunk()) == "second \(number)")
                        try await firstGate.chunk("first \(number)")
                        if number == 1 { _ = try await first.readHead() }
                        #expect(String(latin1: try await first.readChunk()) == "first \(number)")
                    }
                    try await secondGate.send(.end)
                    try await second.expect("0\r\n\r\n")
                    try await firstGate.send(.end)
                    try await first.expect("0\r\n\r\n")
                }
            }
        }
    }

    @Test(.requires(.python3))
    func requestsThatComeAtOnceOnOneConnectionAreAnsweredInOrder() async throws {
        try await withFixture { sluice in
            try await withRawClient(port: try sluice.urlPort()) { client in
                let numbers = 1...4
                let requests = numbers.map { Self.request(#"{"do":"text","type":"text/plain","text":"\#($0)"}"#) }
                try await client.send(requests.joined())
                for number in numbers {
                    #expect(try await client.readHead().hasPrefix("HTTP/1.1 200 OK\r\n"))
                    try await client.expect("1\r\n\(number)\r\n0\r\n\r\n")
                }
            }
        }
    }

    @Test(.requires(.curl, .python3))
    func twoFunctionsHaveTwoAddresses() async throws {
        let functions = [try await FixtureFunction.argument("one"), try await FixtureFunction.argument("two")]
        try await withSluice(functions: functions, ["--invoke-mode", "BUFFERED", "--timeout", "60"]) { sluice in
            for name in ["one", "two"] {
                let reply = try await curl(try sluice.url(name), script: #"{"do":"echo"}"#)
                #expect(reply.text.contains(#""domainPrefix":"\#(name)""#), "\(reply)")
                let byHost = try await curl(
                    sluice.endpoint,
                    ["-H", "Host: \(name).lambda-url.localhost:1"],
                    script: #"{"do":"echo"}"#
                )
                #expect(byHost.text.contains(#""domainPrefix":"\#(name)""#), "\(byHost)")
            }
        }
    }

    @Test(.requires(.curl, .python3), arguments: [6 * 1024 * 1024, 6 * 1024 * 1024 + 1])
    func aRequestWhoseEventIsTooLargeIs413(bytes: Int) async throws {
        try await withFixture { sluice in
            let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
            try Data(repeating: UInt8(ascii: "x"), count: bytes).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let arguments = ["-H", "Content-Type: text/plain", "--data-binary", "@\(file.path)"]
            let reply = try await curl(try sluice.url(), arguments, script: #"{"do":"size"}"#)
            #expect(reply.exit == .code(0))
            #expect(reply.status == 413, "\(reply)")
            #expect(try await curl(try sluice.url(), script: #"{"do":"size"}"#).status == 200)
        }
    }

    @Test(.requires(.curl, .python3), arguments: [SIGTERM, SIGINT])
    func aStopBreaksTheStreamsUnderWayAndLeavesNobodyBehind(signal: Int32) async throws {
        try await withGatedFixture { sluice, gates in
            let script = try FixtureFunction.gatedStream(type: "text/plain")
            let arguments = Curl.options + ["--no-buffer", "-H", "x-script: \(script)", try sluice.url()]
            try await withChildProcess(try Tools.path(of: .curl), arguments) { curl in
                let gate = try await gates.accept()
                try await gate.chunk("seen")
                _ = try await curl.bytes { $0 == Array("seen".utf8) }
                #expect(try await sluice.process.terminate(signal) == .code(0))
                #expect(sluice.process.livingProcesses() == [])
                #expect(try await curl.exit() == .code(18))
            }
        }
    }
}
