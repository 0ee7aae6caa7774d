// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The help is a text that people read: a change of it shows here, to be read before it is kept.
///
/// `SLUICE_UPDATE_SNAPSHOTS=1` writes the files anew.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct HelpTests {
    @Test(arguments: ["sluice", "demo", "serve", "invoke", "logs"], [80, 120])
    func isAsItWasRead(command: String, columns: Int) async throws {
        let arguments = (command == "sluice" ? [] : [command]) + ["--help"]
        let result = try await SluiceProgram.run(arguments, environment: SluiceProgram.environment(columns: columns))
        #expect(result.exit == .code(0))
        #expect(result.standardError.isEmpty)
        for line in result.outputText.split(separator: "\n") {
            #expect(line.count <= columns, "\(line)")
        }

        let file = RepositoryRoot.url("Tests/LoopbackTests/CLI/Snapshots/\(command)-\(columns).txt")
        if RunEnvironment["SLUICE_UPDATE_SNAPSHOTS"] == "1" {
            try Data(result.standardOutput).write(to: file)
        }
        let snapshot = try String(contentsOf: file, encoding: .utf8)
        #expect(result.outputText == snapshot, "SLUICE_UPDATE_SNAPSHOTS=1 keeps the new text")
    }

    @Test func saysHowToBeginWhenNothingIsAskedOfIt() async throws {
        let result = try await SluiceProgram.run([])
        #expect(result.exit == .code(0))
        #expect(result.outputText.contains("sluice demo"))
    }

    @Test(arguments: [("bash", "complete -o filenames"), ("zsh", "#compdef sluice"), ("fish", "complete -c 'sluice'")])
    func completesInTheShell(shell: String, mark: String) async throws {
        let result = try await SluiceProgram.run(["--generate-completion-script", shell])
        #expect(result.exit == .code(0))
        #expect(result.outputText.contains(mark), "\(result)")
        for word in ["serve", "invoke", "demo", "--invoke-mode", "--env-file", "RESPONSE_STREAM"] {
            let bare = shell == "fish" && word.hasPrefix("--") ? String(word.dropFirst(2)) : word
            #expect(result.outputText.contains(bare), "\(word)")
        }
    }
}
