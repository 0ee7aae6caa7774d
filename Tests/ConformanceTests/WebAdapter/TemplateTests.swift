// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The templates of Examples/WebAdapter, as AWS's own linter reads them.
@Suite struct TemplateTests {
    private static let folder = RepositoryRoot.url("Examples/WebAdapter/Templates")
    private static let templates = ["image.sam.yaml", "layer.sam.yaml"]

    @Test(.requires(.cfnlint), arguments: Self.templates)
    func cloudFormationTakesTheTemplate(name: String) async throws {
        let path = Self.folder.appending(path: name).path
        let result = try await runProgram(try Tools.path(of: .cfnlint), [path], within: .seconds(120))
        #expect(result.exit == .code(0), "\(result)")
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
        #expect(text.contains("lambda:InvokeFunction"))
        // The other comes with a SAM template's AuthType NONE.
        #expect(text.contains("lambda:InvokeFunctionUrl") || text.contains("AuthType: NONE"))
    }
}
