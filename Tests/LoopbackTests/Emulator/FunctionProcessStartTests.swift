// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// What a function's process is given: as little of the service's own as Lambda would give.
@Suite(.timeLimit(.minutes(2)), .requires(.python3)) struct FunctionProcessStartTests {
    private struct Facts: Decodable {
        let arguments: [String]
        let directory: String
        let ignored: String
        let blocked: String
        let descriptors: [Int]
        let isGroupLeader: Bool
    }

    @Test func beginsWithNothingOfTheServices() async throws {
        var function = try ScriptedFunction.configuration()
        function.command += ["a b", "", "'c'", "$HOME"]
        function.workingDirectory = "/usr"
        let body = try await LocalLambda.run(function) { try await $0.invoke(streaming: false, [.facts]).body }
        let facts = try JSONDecoder().decode(Facts.self, from: Data(body.utf8))
        #expect(facts.arguments == ["a b", "", "'c'", "$HOME"])
        #expect(facts.directory == "/usr")
        // Python itself ignores SIGPIPE (13) and SIGXFSZ (25). From 32 on they are the C library's own.
        let ignored = try #require(UInt64(facts.ignored, radix: 16))
        #expect(ignored & 0x7FFF_FFFF == 0x0100_1000, "\(facts.ignored)")
        #expect(facts.blocked == "0000000000000000")
        #expect(facts.isGroupLeader)
        // Its three, and its own connection.
        #expect(facts.descriptors == [0, 1, 2, 3])
    }

    @Test func seesACleanEnvironment() async throws {
        var function = try ScriptedFunction.configuration()
        function.variables["MINE"] = "yes"
        function.variables["AWS_REGION"] = "eu-central-1"
        function.variables["AWS_LAMBDA_FUNCTION_NAME"] = "never"
        let host = [
            "PATH": "/usr/bin:/bin", "HOME": "/root", "TMPDIR": "/tmp", "SECRET": "1", "AWS_MAX_ATTEMPTS": "2",
            "AWS_LAMBDA_EXEC_WRAPPER": "no",
        ]
        let body = try await LocalLambda.run(function, hostVariables: host) {
            try await $0.invoke(streaming: false, [.variables]).body
        }
        var variables = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
        #expect(variables.removeValue(forKey: "AWS_LAMBDA_RUNTIME_API")?.hasPrefix("127.0.0.1:") == true)
        #expect(variables.removeValue(forKey: "AWS_LAMBDA_METADATA_API")?.hasPrefix("127.0.0.1:") == true)
        let token = variables.removeValue(forKey: "AWS_LAMBDA_METADATA_TOKEN") ?? ""
        #expect(UUID(uuidString: token) != nil, "\(token)")
        let logStream = variables.removeValue(forKey: "AWS_LAMBDA_LOG_STREAM_NAME") ?? ""
        #expect(logStream.wholeMatch(of: /20\d\d\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}/) != nil, "\(logStream)")
        let folder = variables.removeValue(forKey: "TMPDIR") ?? ""
        #expect(folder.hasPrefix("/tmp/sluice-\(geteuid())/") && folder.hasSuffix("/tmp/scripted-1"), "\(folder)")
        variables["SCRIPT_OF_INIT"] = nil
        variables["LC_CTYPE"] = nil  // Python's own
        #expect(
            variables == [
                "PATH": "/usr/bin:/bin", "HOME": "/root", "AWS_MAX_ATTEMPTS": "2", "MINE": "yes",
                "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local",
                "AWS_LAMBDA_FUNCTION_NAME": "scripted", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/scripted",
                "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR", "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
                "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1", "_AWS_XRAY_DAEMON_PORT": "2000",
                "LD_LIBRARY_PATH": "/tmp:/tmp/lib:/opt/lib", "LAMBDA_TASK_ROOT": "/tmp",
                "LAMBDA_RUNTIME_DIR": "/var/runtime", "_HANDLER": "bootstrap", "LANG": "en_US.UTF-8", "TZ": ":UTC",
            ]
        )
    }

    /// An SDK takes keys in the environment before a profile, so made-up keys would hide it.
    @Test(arguments: ["AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"])
    func hasNoMadeUpKeysBesideCredentialsOfTheCaller(source: String) async throws {
        let host = ["PATH": "/usr/bin:/bin", source: "mine"]
        let body = try await LocalLambda.run(try ScriptedFunction.configuration(), hostVariables: host) {
            try await $0.invoke(streaming: false, [.variables]).body
        }
        let variables = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
        #expect(variables[source] == "mine")
        #expect(variables["AWS_ACCESS_KEY_ID"] == nil)
        #expect(variables["AWS_SECRET_ACCESS_KEY"] == nil)
    }
}
