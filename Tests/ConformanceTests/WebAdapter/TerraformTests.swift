// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// `terraform`, with the newest provider for AWS that it gets from somewhere.
private enum Terraform {
    private static let template = RepositoryRoot.url("Examples/WebAdapter/Templates/provided.tf")

    /// The template asks for the first provider that knows of `invoked_via_function_url`; an older one has to do without.
    enum Provider: String, CaseIterable {
        case asTheTemplateSays = ">= 6.29"
        case older = ">= 5.0"

        func template() throws -> String {
            let text = try String(contentsOf: Terraform.template, encoding: .utf8)
            guard self == .older else { return text }
            let lines = text.replacing(Self.asTheTemplateSays.rawValue, with: self.rawValue)
                .split(separator: "\n", omittingEmptySubsequences: false)
            return lines.filter { !$0.contains("invoked_via_function_url") }.joined(separator: "\n")
        }
    }

    static func run(_ words: [String], in folder: URL) async throws -> ProgramResult {
        try await runProgram("terraform", ["-chdir=\(folder.path)"] + words + ["-no-color"], within: .seconds(120))
    }

    static func prepared(_ text: String, in folder: URL) async throws -> Bool {
        try text.write(to: folder.appending(path: "main.tf"), atomically: true, encoding: .utf8)
        try Data("a zip".utf8).write(to: folder.appending(path: "web.zip"))
        return try await self.run(["init", "-backend=false", "-input=false"], in: folder).exit == .code(0)
    }

    /// The newest that there is.
    static var provider: Provider? {
        get async { await self.found.value }
    }

    private static let found = Task<Provider?, Never> {
        for provider in Provider.allCases {
            let isThere = try? await withTemporaryFolder { folder in
                try await Self.prepared(try provider.template(), in: folder)
            }
            if isThere == true { return provider }
        }
        return nil
    }
}

/// Terraform's own word on its template, where it is installed and gets AWS's provider from somewhere.
@Suite(.timeLimit(.minutes(5)), .enabled("terraform with AWS's provider") { await Terraform.provider != nil })
struct TerraformTests {
    @Test func theTemplateIsValid() async throws {
        try await withTemporaryFolder { folder in
            let provider = try #require(await Terraform.provider)
            try #require(try await Terraform.prepared(try provider.template(), in: folder))
            let result = try await Terraform.run(["validate"], in: folder)
            #expect(result.exit == .code(0) && result.outputText.contains("The configuration is valid"), "\(result)")
        }
    }

    /// It is not one that takes everything.
    @Test func oneWithAMistakeIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let provider = try #require(await Terraform.provider)
            let text = try provider.template()
            let mistaken = text.replacing("RESPONSE_STREAM", with: "RESPONSE_STREAMS")
            try #require(mistaken != text)
            try #require(try await Terraform.prepared(mistaken, in: folder))
            let result = try await Terraform.run(["validate"], in: folder)
            #expect(result.exit == .code(1) && result.errorText.contains("invoke_mode"), "\(result)")
        }
    }
}
