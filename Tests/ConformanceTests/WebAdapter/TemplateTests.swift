// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The templates of Examples/WebAdapter, as AWS's own linter reads them.
@Suite struct TemplateTests {
    private static let folder = RepositoryRoot.url("Examples/WebAdapter/Templates")
    private static let templates = ["image.sam.yaml", "layer.sam.yaml", "parent.sam.yaml"]

    @Test(.requires(.cfnlint), arguments: Self.templates)
    func cloudFormationTakesTheTemplate(name: String) async throws {
        let path = Self.folder.appending(path: name).path
        let result = try await runProgram(try Tools.path(of: .cfnlint), [path], within: .seconds(120))
        #expect(result.exit == .code(0), "\(result)")
    }

    /// SAM's own translator, which comes with the linter. What it would upload stands in a bucket already.
    @Test(.requires(.cfnlint, .python3), arguments: Self.templates)
    func samMakesAFunctionThatStreamsAndBothPermissions(name: String) async throws {
        let program = """
            import json, re, sys
            from samtranslator.translator.transform import transform
            from samtranslator.yaml_helper import yaml_parse

            class Policies:
                def load(self):
                    return {}

            text = re.sub(r"(CodeUri|ContentUri): .*", r"\\1: s3://bucket/key", open(sys.argv[1]).read())
            resources = transform(yaml_parse(text), {"Image": "image"}, Policies())["Resources"].values()
            for resource in resources:
                properties = resource["Properties"]
                print(resource["Type"], properties.get("Action") or properties.get("InvokeMode") or "")
            """
        let result = try await runProgram(
            try Tools.path(of: .python3),
            ["-c", program, Self.folder.appending(path: name).path],
            environment: RunEnvironment.all.merging(["AWS_DEFAULT_REGION": "us-east-1"]) { $1 },
            within: .seconds(120)
        )
        #expect(result.exit == .code(0), "\(result)")
        let lines = result.outputText.split(separator: "\n")
        for line in [
            "AWS::Lambda::Url RESPONSE_STREAM", "AWS::Lambda::Permission lambda:InvokeFunctionUrl",
            "AWS::Lambda::Permission lambda:InvokeFunction",
        ] { #expect(lines.contains(Substring(line)), "\(result)") }
    }

    /// The linter is not one that takes everything. How much it knows of SAM's own resources differs by its version.
    @Test(.requires(.cfnlint))
    func aTemplateWithAMistakeIsRefused() async throws {
        let text = try String(contentsOf: Self.folder.appending(path: "layer.sam.yaml"), encoding: .utf8)
        let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).yaml")
        let mistaken = text.replacing("Principal: \"*\"", with: "Principle: \"*\"")
        try #require(mistaken != text)
        try mistaken.write(
            to: file,
            atomically: true,
            encoding: .utf8
        )
        defer { try? FileManager.default.removeItem(at: file) }
        let result = try await runProgram(try Tools.path(of: .cfnlint), [file.path], within: .seconds(120))
        #expect(result.exit != .code(0), "\(result)")
        #expect(result.outputText.contains("Principle"), "\(result)")
    }

    @Test(arguments: Self.templates + ["provided.tf"])
    func streamingIsSwitchedOnInBothPlacesAndBothPermissionsAreGiven(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        #expect(text.contains("RESPONSE_STREAM"))
        #expect(text.firstMatch(of: #/AWS_LWA_INVOKE_MODE\s*[:=]\s*"?response_stream"?/#) != nil)
        let permissions = text.matches(of: #/lambda:\w+/#).map(\.output)
        #expect(permissions.contains("lambda:InvokeFunction"), "\(permissions)")
        // The other comes with a SAM template's AuthType NONE.
        #expect(permissions.contains("lambda:InvokeFunctionUrl") || text.contains("AuthType: NONE"), "\(permissions)")
    }

    /// What the app makes, for a layer that is a folder here.
    @Test(.requires(.cfnlint), .enabled(if: Self.hasCDK || Tools.required))
    func theAppOfTheCDKMakesAFunctionThatStreams() async throws {
        try await withTemporaryFolder { folder in
            let layer = folder.appending(path: "layer")
            try FileManager.default.createDirectory(at: layer, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: layer.appending(path: "bootstrap"))
            let output = folder.appending(path: "out")
            let environment = [
                "PYTHONPATH": Self.cdk.path, "PYTHONDONTWRITEBYTECODE": "1", "ADAPTER_LAYER": layer.path,
                "CDK_OUTDIR": output.path, "PATH": RunEnvironment["PATH"] ?? "", "HOME": folder.path,
            ]
            let app = Self.folder.appending(path: "cdk_app.py").path
            let made = try await runProgram(
                try Tools.path(of: .python3),
                [app],
                environment: environment,
                within: .seconds(300)
            )
            #expect(made.exit == .code(0), "\(made)")
            let template = output.appending(path: "Web.template.json")
            let lint = try await runProgram(
                try Tools.path(of: .cfnlint),
                ["--ignore-checks", "W", "--template", template.path],
                within: .seconds(120)
            )
            #expect(lint.exit == .code(0), "\(lint)")
            let text = try String(contentsOf: template, encoding: .utf8)
            for words in [
                #""InvokeMode": "RESPONSE_STREAM""#, #""AWS_LWA_INVOKE_MODE": "response_stream""#,
                #""Action": "lambda:InvokeFunctionUrl""#, #""Action": "lambda:InvokeFunction""#,
                #""InvokedViaFunctionUrl": true"#,
            ] { #expect(text.contains(words), "\(words)") }
        }
    }

    /// `.ci/run` puts it there: it is large, and its own dependencies are not those of the rest.
    private static let cdk = RepositoryRoot.url(".build-cdk")
    private static let hasCDK = FileManager.default.fileExists(atPath: Self.cdk.appending(path: "aws_cdk").path)

    /// Also where `terraform` itself cannot be asked: whether its language is what it has, and says what it must.
    @Test(.requires(.hcl2)) func terraformsTemplateIsWellFormed() async throws {
        let program = """
            import hcl2, json, sys
            with open(sys.argv[1]) as file:
                print(json.dumps(hcl2.load(file)).replace('\\"', "").replace(" ", ""))
            """
        let path = Self.folder.appending(path: "provided.tf").path
        let parsed = try await runProgram(try Tools.path(of: .hcl2), ["-c", program, path])
        #expect(parsed.exit == .code(0), "\(parsed)")
        for words in [
            "invoke_mode:RESPONSE_STREAM", "AWS_LWA_INVOKE_MODE:response_stream", "action:lambda:InvokeFunctionUrl",
            "action:lambda:InvokeFunction,", "invoked_via_function_url:true",
        ] { #expect(parsed.outputText.filter { $0 != "\"" && $0 != "\\" }.contains(words), "\(words): \(parsed)") }
    }
}
