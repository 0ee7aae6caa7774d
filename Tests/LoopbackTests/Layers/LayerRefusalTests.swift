// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

/// What is no layer, and where there can be none, is said before anything is served.
@Suite(.timeLimit(.minutes(2)), .takesTurns) struct LayerRefusalTests {
    private static func serve(_ layers: [String]) async throws -> ProgramResult {
        let arguments = ["serve", "--port", "0", "--function", "a=true"]
        return try await SluiceProgram.run(arguments + layers.flatMap { ["--layer", $0] })
    }

    @Test(arguments: [
        (["/does/not/exist"], "--layer /does/not/exist: No such file or directory."),
        (["/bin/sh"], "--layer /bin/sh: Not a directory."),
        (["layer.zip"], "--layer layer.zip: it is a zip; unpack it, and name the folder: unzip -d layer layer.zip."),
        (["/usr", "/etc", "/usr/"], "--layer /usr/ is given twice."),
        (Array(repeating: "/usr", count: 6), "--layer is given 6 times, and a function may have 5 layers."),
    ])
    func refusesWhatIsNoLayer(layers: [String], words: String) async throws {
        let result = try await Self.serve(layers)
        #expect(result.exit == .code(64), "\(result)")
        #expect(result.errorText.contains(words), "\(result)")
    }

    #if os(Linux)
    /// No system mounts a folder and one inside of it together.
    @Test(.requires(.unshare)) func saysWhatIsMissingWhereLayersCannotBeMounted() async throws {
        let result = try await Self.serve(["/usr", "/usr/bin"])
        #expect(result.exit == .code(1), "\(result)")
        #expect(result.errorText.contains("layers cannot be shown at /opt: "), "\(result)")
        #expect(result.errorText.contains("apt-get install util-linux"), "\(result)")
        #expect(result.errorText.contains("--extensions works without."), "\(result)")
    }

    @Test func refusesALayerThatItWouldCover() async throws {
        var function = FunctionConfiguration(name: "a", command: ["true"], workingDirectory: "/tmp")
        function.layerFolders = ["/opt/layer"]
        let error = await #expect(throws: EmulatorError.self) { try await LocalLambda.run(function) { _ in } }
        #expect(error?.code == .layersUnavailable)
        #expect(error?.message.contains("/opt/layer is in /opt itself") == true, "\(error?.message ?? "")")
    }
    #endif
}
