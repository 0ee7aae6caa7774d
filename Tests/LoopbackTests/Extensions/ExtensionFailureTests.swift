// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import SluiceServiceWire
import TestSupport
import Testing

@testable import SluiceCLI

/// An extension that fails takes its environment with it, and the caller is told which way it failed.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct ExtensionFailureTests {
    /// How the first invocation ends with an extension of that script.
    private static func reply(
        _ script: ScriptedExtensions.Script,
        _ steps: [ScriptedFunction.Step] = [.chunk("x"), .end]
    ) async throws -> LocalLambda.Reply {
        try await ScriptedExtensions.with(["broken": script]) { extensions in
            try await LocalLambda.run(try extensions.configuration()) { try await $0.invoke(steps) }
        }
    }

    @Test(arguments: [(3, "exit status 3"), (0, "exit code 0")])
    func onesEndBeforeItRegistersIsACrash(code: Int, words: String) async throws {
        var script = ScriptedExtensions.Script()
        script.start = [["exit", code]]
        let reply = try await Self.reply(script)
        #expect(reply.failureType == "Extension.Crash")
        #expect(reply.failureMessage?.hasSuffix(" Error: \(words)") == true)
    }

    @Test func onesEndDuringAnInvocationIsACrash() async throws {
        var script = ScriptedExtensions.Script()
        script.invoke = [["exit", 1]]
        let reply = try await Self.reply(script, [.hang])
        #expect(reply.failureType == "Extension.Crash")
    }

    @Test func itsInitErrorIsTheCallers() async throws {
        var script = ScriptedExtensions.Script()
        script.initialisation = [["error", "init", "Extension.NoLicense", "buy one"], ["hang"]]
        let reply = try await Self.reply(script)
        #expect(reply.failureType == "Extension.InitError")
        #expect(
            reply.failureMessage?.hasSuffix(" Error: extension broken reported Extension.NoLicense: buy one") == true
        )
    }

    @Test func itsExitErrorIsTheCallers() async throws {
        var script = ScriptedExtensions.Script()
        script.invoke = [["error", "exit", "Extension.Lost", "no more"], ["hang"]]
        #expect(try await Self.reply(script, [.hang]).failureType == "Extension.ExitError")
    }

    @Test func aFileThatIsNoProgramCannotBeLaunched() async throws {
        try await ScriptedExtensions.with([:]) { extensions in
            try Data("no program".utf8).write(to: URL(filePath: extensions.folder + "/notes.txt"))
            try await LocalLambda.run(try extensions.configuration()) { lambda in
                let reply = try await lambda.invoke([.chunk("x"), .end])
                #expect(reply.failureType == "Extension.LaunchError")
                #expect(reply.failureMessage?.contains("notes.txt could not be started") == true)
                #expect(reply.failureMessage?.contains("permission denied") == true)
            }
        }
    }

    @Test func elevenAreTooMany() async throws {
        let scripts = (1...11).map { ("e\($0)", ScriptedExtensions.Script()) }
        try await ScriptedExtensions.with(Dictionary(uniqueKeysWithValues: scripts)) { extensions in
            try await LocalLambda.run(try extensions.configuration()) { lambda in
                let reply = try await lambda.invoke([.chunk("x"), .end])
                #expect(reply.failureType == "Extension.LaunchError")
                #expect(reply.failureMessage?.contains("more than 10") == true)
                let note = try await lambda.log.note("11 external extensions")
                #expect(note.hasSuffix("limit extensions, 10 for each environment, as on Lambda"), "\(note)")
            }
            var limits = ServiceLimits.lambda
            try limits.change("extensions=11")
            try await LocalLambda.run(try extensions.configuration(), limits: limits) { lambda in
                let reply = try await lambda.invoke([.chunk("x"), .end])
                #expect(reply.body == "x")
            }
        }
    }

    /// As a runtime's initialisation that fails, an extension's is tried once more.
    @Test func oneThatFailsAtFirstIsStartedOnceMore() async throws {
        try await ScriptedExtensions.with(["late": ScriptedExtensions.Script()]) { extensions in
            let file = URL(filePath: extensions.folder + "/late")
            let marker = extensions.folder + "/../second"
            let fails = "#!/bin/sh\n[ -e '\(marker)' ] || { : > '\(marker)'; exit 3; }\n"
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("#!/bin/sh\n", with: fails).utf8).write(to: file)
            try await LocalLambda.run(try extensions.configuration()) { lambda async throws in
                #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
                #expect(lambda.log.startedEnvironments == 1)
                let types = lambda.log.all.compactMap {
                    if case .initReport(let report) = $0.kind { report.errorType } else { nil }
                }
                #expect(types == ["Extension.Crash"])
            }
        }
    }

    /// The first try is ended with all that it started; the second has the function's time.
    @Test func oneThatIsSlowToRegisterIsStartedOnceMore() async throws {
        try await ScriptedExtensions.with([:]) { extensions in
            let marker = extensions.folder + "/../second"
            let text = """
                #!/bin/sh
                if [ -e '\(marker)' ]; then exec sleep 1000; fi
                : > '\(marker)'
                exec sleep 1000
                """
            let file = extensions.folder + "/slow"
            try Data(text.utf8).write(to: URL(filePath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
            let function = try extensions.configuration(timeout: .seconds(1), initLimit: .milliseconds(500))
            try await LocalLambda.run(function) { lambda in
                let reply = try await lambda.invoke([.chunk("x"), .end])
                let reason = try await lambda.log.endedEnvironment()
                #expect(reply.failureType == "Sandbox.Timedout")
                #expect(reason == "initialisation timed out")
                #expect(lambda.log.count { if case .initReport = $0 { true } else { false } } == 2)
            }
            #expect(FileManager.default.fileExists(atPath: marker))
        }
    }
}
