// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// What a caller says beside the event reaches the runtime with `/next`, seen by a function that answers with those fields.
@Suite(.timeLimit(.minutes(2)), .requires(.curl)) struct NextFieldsTests {
    private static let bootstrap = """
        #!/bin/sh
        next=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
        while :; do
            curl -s -D "$TMPDIR/fields" -o /dev/null $next/next
            id=$(tr -d '\\r' < "$TMPDIR/fields" | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
            curl -s -o /dev/null --data-binary "@$TMPDIR/fields" $next/$id/response
        done
        """

    @Test func tenantAndQualifierReachTheRuntime() async throws {
        try await LayerFixture.with { fixture in
            let function = try fixture.layer("function", ["bootstrap": Self.bootstrap])
            try await SluiceProgram.serve(["--function", "f=\(function)", "--per-tenant"]) { ready, _ in
                #expect(ready.functionURLs.isEmpty, "Lambda makes none where tenants are isolated")
                let url = "\(ready.endpoint)/2015-03-31/functions/f/invocations"
                func fields(_ words: String...) async throws -> [String] {
                    let result = try await runProgram(try Tools.path(of: .curl), ["-s", "-d", "{}"] + words)
                    return result.outputText.split(whereSeparator: \.isNewline).map { $0.lowercased() }
                }
                let own = try await fields("-H", "X-Amz-Tenant-Id: blue", "\(url)?Qualifier=live")
                #expect(own.contains("lambda-runtime-aws-tenant-id: blue"), "\(own)")
                let arn = own.first { $0.hasPrefix("lambda-runtime-invoked-function-arn: ") }
                #expect(arn?.hasSuffix(":function:f:live") == true, "\(own)")

                let plain = try await fields("-H", "X-Amz-Tenant-Id: green", url)
                #expect(plain.contains("lambda-runtime-aws-tenant-id: green"), "\(plain)")
                let plainARN = plain.first { $0.hasPrefix("lambda-runtime-invoked-function-arn: ") }
                #expect(plainARN?.hasSuffix(":function:f") == true, "\(plain)")
            }
            try await SluiceProgram.serve(["--function", "f=\(function)"]) { ready, _ in
                let url = "\(ready.endpoint)/2015-03-31/functions/f/invocations"
                let result = try await runProgram(try Tools.path(of: .curl), ["-s", "-d", "{}", url])
                #expect(
                    !result.outputText.lowercased().contains("lambda-runtime-aws-tenant-id"),
                    "\(result.outputText)"
                )
            }
        }
    }
}
