// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Testing

@testable import SluiceCLI

/// The commands that are printed begin with `sluice`, so a shell has to find it.
@Suite struct PathHintTests {
    @Test func saysHowTheShellFindsAProgramThatIsNotOnThePath() {
        let lines = PathHint.lines(program: "/repo/.build/debug/sluice", searchPath: "/usr/bin:/bin") { _ in false }
        #expect(lines == ["sluice is not on your PATH yet:", #"  export PATH="/repo/.build/debug:$PATH""#])
    }

    @Test func saysNothingWhenTheShellFindsIt() {
        let found = PathHint.lines(program: "/opt/sluice", searchPath: "/usr/bin:/opt") { $0 == "/opt/sluice" }
        #expect(found.isEmpty)
        #expect(PathHint.lines(program: nil, searchPath: "") { _ in false }.isEmpty)
    }
}
