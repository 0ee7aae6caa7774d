// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if os(Linux)
import Foundation
import TestSupport
import Testing

/// A Runtime API that is not on this machine's loopback.
@Suite(.requires(.python3, .unshare)) struct AnotherHostTests {
    private static let ownNetwork = (geteuid() == 0 ? [] : ["--user", "--map-root-user"]) + ["--net"]

    @Test func anAddressThatIsNoLoopback() async throws {
        let script = RepositoryRoot.url("Tests/LoopbackTests/Runtime/Fixtures/another_host.py").path
        let result = try await runProgram(
            try Tools.path(of: .unshare),
            Self.ownNetwork + [try Tools.path(of: .python3), script, try BuiltProducts.url(of: "FixtureFunction").path]
        )
        #expect(result.exit == .code(0), "\(result)")
        #expect(
            result.outputText == "POST /2018-06-01/runtime/invocation/r/response HTTP/1.1 | hello of nobody\n",
            "\(result)"
        )
    }
}
#endif
