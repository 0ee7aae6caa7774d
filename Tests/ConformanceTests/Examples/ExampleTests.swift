// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Each example in the local Lambda, called as its README says. What its function does in every case, its own tests say.
@Suite(.timeLimit(.minutes(15))) struct ExampleTests {
    @Test(.requires(.curl))
    func helloGreets() async throws {
        try await withExample("Hello") { _, url in
            let reply = try await curl(url + "?name=Ada")
            #expect(reply.text == "Hello,\nAda!\nEach\nword\nis\na\nchunk.\n")
            #expect(try await curl(url).status == 400)
        }
    }

    /// The caller has each token while the function waits before the next, and the end is not there yet.
    @Test(.requires(.curl))
    func tokenStreamIsLiveAndGoesOnWhereItBroke() async throws {
        try await withExample("TokenStream") { _, url in
            let arguments = Curl.options + ["--no-buffer", url + "tokens?break=30"]
            try await withChildProcess(try Tools.path(of: .curl), arguments) { curl in
                for number in 1...30 {
                    let seen = try await curl.line { $0.hasPrefix("id: ") || $0.hasPrefix("event: done") }
                    #expect(seen == "id: \(number)")
                }
                #expect(try await curl.exit() == .code(18))
            }
            let rest = try await curl(url + "tokens?break=30", ["-H", "Last-Event-ID: 30"])
            #expect(rest.text.split(separator: "\n").first { $0.hasPrefix("id: ") } == "id: 31")
            #expect(rest.text.hasSuffix("event: done\ndata: \n\n"))
        }
    }

    /// Not at Lambda's pace, of which this is more than a minute.
    @Test(.requires(.curl))
    func downloadSendsWhatItNeverHolds() async throws {
        try await withExample("Download", timeoutSeconds: 300, options: ["--pacing", "off"]) { sluice, url in
            let arguments =
                Curl.options + [
                    "--output", "/dev/null", "--write-out", "%{size_download}", "--max-time", "300",
                ]
            let curl = try await runProgram(
                try Tools.path(of: .curl),
                arguments + [url + "rows.csv"],
                within: .seconds(300)
            )
            #expect(curl.exit == .code(0))
            #expect(curl.outputText == "157286400")
            let report = try await sluice.logLine { $0.contains("Max Memory Used: ") }
            let used = report.split(separator: "Max Memory Used: ").last.map { $0.prefix(while: \.isNumber) }
            #expect(try #require(used.flatMap { Int($0) }) < 100, "\(report)")
        }
    }

    @Test(.requires(.curl))
    func downloadSendsPartsOfAFile() async throws {
        try await withExample("Download") { _, url in
            let part = try await curl(url + "planets.csv", ["-r", "65-71"])
            #expect(part.status == 206)
            #expect(part.text == "Mercury")
        }
    }

    @Test(.requires(.curl))
    func codableTeaSaysWhatIsWrongWithAnOrder() async throws {
        try await withExample("CodableTea") { _, url in
            let receipt = try await curl(url + "receipt", ["-d", #"{"tea":"oolong","cups":2}"#])
            #expect(receipt.status == 201)
            #expect(receipt.text.contains(#""minutes":6"#))
            let steps = try await curl(url + "steps", ["-d", #"{"tea":"assam","cups":2}"#])
            #expect(steps.text.split(separator: "\n").count == 2)
            let wrong = try await curl(url + "receipt", ["-d", #"{"tea":"oolong","cups":"two"}"#])
            #expect(wrong.status == 400)
            #expect(wrong.text.contains("$.cups"))
        }
    }

    /// The answer is complete before the work begins, and the work is done before the invocation ends.
    @Test(.requires(.curl))
    func backgroundWorkBeginsWhenTheCallerHasGone() async throws {
        try await withExample("BackgroundWork") { sluice, url in
            let reply = try await curl(url, ["-d", "two cups of tea"])
            #expect(reply.status == 202)
            try await sluice.logLine { $0.contains("sent text=Thank you for: two cups of tea") }
            try await sluice.logLine { $0.contains("END RequestId: ") }
        }
    }

    @Test(.requires(.curl))
    func managedInstancesSaysThatItIsCutOff() async throws {
        try await withExample("ManagedInstances", timeoutSeconds: 2) { _, url in
            let cut = try await curl(url + "work?seconds=60")
            #expect(cut.exit == .code(18))
            #expect(cut.text == "second 0, 1 at once\nsecond 1, 1 at once\ncut off at the deadline\n")
            #expect(try await curl(url + "status").text == #"{"running":0,"highest":1,"ended":1,"cutOff":1}"#)
        }
    }

    /// As its page says: the first one is cut off at its deadline, and the second, in the same process, does not notice.
    @Test(.requires(.curl))
    func managedInstancesServesSeveralAtOnce() async throws {
        let options = ["--managed-instances", "8"]
        try await withExample("ManagedInstances", timeoutSeconds: 3, options: options) { _, url in
            let arguments = Curl.options + ["--no-buffer", url + "work?seconds=60"]
            try await withChildProcess(try Tools.path(of: .curl), arguments) { first in
                _ = try await first.line { $0 == "second 0, 1 at once" }
                let second = try await curl(url + "work?seconds=1")
                #expect(second.exit == .code(0))
                #expect(second.text.hasPrefix("second 0, 2 at once\n"), "\(second.text)")
                _ = try await first.line { $0 == "cut off at the deadline" }
                #expect(try await first.exit() == .code(18))
            }
            #expect(try await curl(url + "status").text == #"{"running":0,"highest":2,"ended":2,"cutOff":1}"#)
        }
    }
}
