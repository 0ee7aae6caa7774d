// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What the script makes of the README's function, unpacked and run, and the lines that it prints, carried out.
#if os(Linux)
extension LinkageTests {
    @Test(.requires(.python3, .curl), .timeLimit(.minutes(15)))
    func theZipHoldsAProgramThatTheLocalLambdaRuns() async throws {
        let product = try await ConsumerPackage.build()
        try await withTemporaryFolder { folder in
            let zip = try await UnpackedZip(product.zip, to: folder)
            #expect(zip.entries == [.init(name: "bootstrap", mode: "0o100755", time: [1980, 1, 1, 0, 0, 0])])
            try await withSluice(functions: ["greeter='\(folder.path)/bootstrap'"]) { sluice in
                let reply = try await curl(try sluice.url("greeter") + "?name=you")
                #expect(reply.text == "Hello\nyou\nthis\nis\na\nstream\n")
            }
        }
    }

    /// Without this repository around it, and with what it embeds.
    @Test(.requires(.python3, .curl), .timeLimit(.minutes(15)))
    func aCopiedExampleIsPackedAndRuns() async throws {
        for (name, path, answer) in [
            ("Hello", "?name=Ada", "Hello,\nAda!\nEach\nword\nis\na\nchunk.\n"), ("TokenStream", "", "<!doctype html>"),
        ] {
            let product = try await ConsumerPackage.build(example: name)
            try await withTemporaryFolder { folder in
                _ = try await UnpackedZip(product.zip, to: folder)
                try await withSluice(functions: ["example='\(folder.path)/bootstrap'"]) { sluice in
                    let reply = try await curl(try sluice.url("example") + path)
                    #expect(reply.status == 200 && reply.text.lowercased().hasPrefix(answer.lowercased()), "\(reply)")
                }
            }
        }
    }

    @Test(.requires(.python3), .timeLimit(.minutes(15)))
    func theSameProgramMakesTheSameZip() async throws {
        let product = try await ConsumerPackage.build()
        try await withTemporaryFolder { folder in
            let package = ConsumerPackage.package.path
            let again = try await runProgram(
                PackageFunction.path,
                [package, "--no-build", "--product", "Greeter", "--output", folder.path]
            )
            try #require(again.exit == .code(0), "\(again)")
            let first = try Data(contentsOf: URL(filePath: product.zip))
            #expect(try Data(contentsOf: folder.appending(path: "greeter.zip")) == first)
        }
    }

    /// AWS's own command line takes the lines as they are printed; what it would send goes to a stand-in for AWS, which
    /// takes the function's zip and gives the address of the local Lambda that runs it.
    @Test(.requires(.python3, .aws), .timeLimit(.minutes(15)))
    func theLinesThatAreRunMakeAFunctionThatStreams() async throws {
        let product = try await ConsumerPackage.build()
        try await withTemporaryFolder { folder in
            _ = try await UnpackedZip(product.zip, to: folder)
            try await withSluice(functions: ["greeter='\(folder.path)/bootstrap'"]) { sluice in
                let url = try sluice.url("greeter") + "?name=you"
                try await withAWS(functionURL: url) { aws in
                    let run = try await aws.run(product.commands)
                    #expect(run.exit == .code(0), "\(run)")
                    #expect(run.outputText.hasSuffix("Hello\nyou\nthis\nis\na\nstream\n"), "\(run)")
                    #expect(run.errorText.contains("complete"), "\(run)")
                    try self.expect(await aws.calls(), createTheFunctionOf: product)

                    let update = product.commands.split(separator: "\n").drop { !$0.contains("# New code") }.dropFirst()
                    let line = update.map { $0.dropFirst(2) }.joined(separator: "\n")
                    #expect(try await aws.run(line).exit == .code(0))
                    #expect(try await aws.calls().last?.name == "PUT /2015-03-31/functions/greeter/code")
                }
            }
        }
    }

    private func expect(_ calls: [StandInForAWS.Call], createTheFunctionOf product: ConsumerPackage.Product) throws {
        let function = "2015-03-31/functions/greeter"
        let url = "2021-10-31/functions/greeter/url"
        #expect(
            calls.map(\.name) == [
                "CreateRole", "AttachRolePolicy", "GetRole", "POST /2015-03-31/functions", "GET /\(function)",
                "POST /\(url)", "POST /\(function)/policy", "POST /\(function)/policy", "GET /\(url)",
            ]
        )
        try #require(calls.count == 9)
        #expect(calls[0].body["RoleName"] == "greeter-role")
        #expect(calls[0].body["AssumeRolePolicyDocument"]?.contains(#""Service":"lambda.amazonaws.com""#) == true)
        #expect(calls[1].body["PolicyArn"]?.hasSuffix("service-role/AWSLambdaBasicExecutionRole") == true)
        #expect(calls[3].body["Runtime"] == "provided.al2023")
        #expect(calls[3].body["Role"] == "arn:aws:iam::123456789012:role/greeter-role")
        let zip = try Data(contentsOf: URL(filePath: product.zip))
        #expect(calls[3].body["Code.ZipFile"].flatMap { Data(base64Encoded: $0) } == zip)
        #expect(calls[5].body == ["AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"])
        // Lambda Developer Guide, "Control access to Lambda function URLs": both, since October 2025.
        let common = ["Principal": "*"]
        #expect(
            calls[6].body
                == common.merging([
                    "StatementId": "url", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE",
                ]) { $1 }
        )
        #expect(
            calls[7].body
                == common.merging([
                    "StatementId": "url-invoke", "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": "true",
                ]) { $1 }
        )
    }

    @Test(.requires(.python3, .curl), .timeLimit(.minutes(15)))
    func aCrashLeavesABacktraceWithTheNamesOfFunctions() async throws {
        let main = """
            import Sluice

            struct Shelf: Sendable {
                var books: [String] = []
                @inline(never) func takeTheThird() -> String { self.books[2] }
            }

            let shelf = Shelf()
            HTTPFunction { request, context in .text(shelf.takeTheThird()) }.run()
            """
        // The backtrace follows frame pointers, so a program without unwind tables has one, too.
        let product = try await ConsumerPackage.build("Crash", main: main, ["--backtraces", "--no-unwind-tables"])
        #expect(product.commands.contains(#"--environment '{"Variables":{"SWIFT_BACKTRACE":"enable=yes"#))
        try await withTemporaryFolder { folder in
            let zip = try await UnpackedZip(product.zip, to: folder)
            #expect(zip.entries.map(\.name) == ["bootstrap", "swift-backtrace-static"])
            // As on Lambda, but for the folder.
            let settings = try #require(product.commands.split(separator: #"SWIFT_BACKTRACE":""#).last)
                .prefix { $0 != "\"" }.replacing("/var/task", with: folder.path)
            // What reads the crash runs within the function's time and memory.
            let options = ["--timeout", "60", "--memory", "1024", "--env", "SWIFT_BACKTRACE=\(settings)"]
            try await withSluice(functions: ["crash='\(folder.path)/bootstrap'"], options) { sluice in
                async let reply = curl(try sluice.url("crash"))
                try await sluice.logLine { $0.contains("*** Program crashed: ") }
                try await sluice.logLine { $0.contains(" Shelf.takeTheThird() + ") }
                #expect(try await reply.status == 502)
            }
        }
    }
}
#endif
