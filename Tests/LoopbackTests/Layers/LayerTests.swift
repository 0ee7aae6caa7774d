// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// What functions and extensions see at `/opt`, and what is run from there.
@Suite(.timeLimit(.minutes(5)), .requires(.python3, .unshare), .takesTurns) struct LayerTests {
    @Test("24: layers are at /opt, the later over the earlier")
    func layersAreMerged() async throws {
        try await LayerFixture.with { fixture in
            let below = try fixture.layer(
                "below",
                ["sluice/both": "below", "sluice/own": "kept", "bin/sluice-x": "#!/bin/sh\necho run"]
            )
            let above = try fixture.layer("a:b,c d\\e", ["sluice/both": "above"])
            let function = try LayerFixture.function(
                [below, above],
                saying: "echo \"$(cat /opt/sluice/both) $(cat /opt/sluice/own) $(sluice-x)\""
            )
            try await LocalLambda.run(function) { lambda in
                #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
                try await lambda.log.printed("above kept run")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: "/opt/sluice"), "nobody else sees it")
    }

    @Test("24: PATH and LD_LIBRARY_PATH lead into /opt, and what the loader is told stays the function's")
    func variables() async throws {
        try await LayerFixture.with { fixture in
            var function = try LayerFixture.function([try fixture.layer("one", ["x": ""])])
            function.variables["LD_ODD"] = "a 'b' $c\n--"
            let body = try await LocalLambda.run(function, hostVariables: ["PATH": "/usr/bin:/bin"]) {
                try await $0.invoke(streaming: false, [.variables]).body
            }
            let seen = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
            #expect(seen["PATH"] == "/usr/bin:/bin:/opt/bin")
            #expect(seen["LD_LIBRARY_PATH"] == "/tmp:/tmp/lib:/opt/lib")
            #expect(seen["LD_ODD"] == "a 'b' $c\n--")
            #expect(seen["TMPDIR"]?.hasSuffix("/tmp/scripted-1") == true)
        }
    }

    @Test("24: bootstrap is looked for in the function's folder, then in the layers")
    func bootstrap() async throws {
        try await LayerFixture.with { fixture in
            let runtime = try LayerFixture.runtime
            let layer = try fixture.layer("layer", ["bootstrap": runtime])
            let package = try fixture.layer("package", [:])
            var function = try ScriptedFunction.configuration()
            function.command = [package + "/bootstrap"]
            function.workingDirectory = package
            function.layerFolders = [layer]
            try await LocalLambda.run(function) { lambda in
                let facts = try await lambda.invoke(streaming: false, [.facts]).body
                #expect(facts.contains("\"directory\": \"\(package)\""), "\(facts)")
            }
            _ = try fixture.layer("package", ["bootstrap": "#!/bin/sh\necho mine\n" + runtime])
            try await LocalLambda.run(function) { lambda in
                #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
                try await lambda.log.printed("mine")
            }
        }
    }

    /// Of two programs with one name that of `--extensions` is started.
    @Test("24: extensions in a layer's folder register, beside those of --extensions")
    func extensions() async throws {
        try await ScriptedExtensions.with(["of-layer": .init(), "both": .init()]) { layered in
            try await ScriptedExtensions.with(["both": .init(), "of-folder": .init()]) { plain in
                try await LayerFixture.with { fixture in
                    let layer = fixture.base.appending(path: "layer")
                    try FileManager.default.createDirectory(at: layer, withIntermediateDirectories: true)
                    try FileManager.default.copyItem(
                        atPath: layered.folder,
                        toPath: layer.appending(path: "extensions").path
                    )
                    var function = try plain.configuration()
                    function.layerFolders = [layer.path]
                    try await LocalLambda.run(function) { lambda async throws in
                        #expect(try await lambda.invoke([.chunk("x"), .end]).body == "x")
                    }
                    #expect(try layered.events(by: "of-layer") == ["INVOKE", "SHUTDOWN SPINDOWN"])
                    #expect(try layered.events(by: "both") == [])
                    #expect(try plain.events(by: "both") == ["INVOKE", "SHUTDOWN SPINDOWN"])
                    #expect(try plain.events(by: "of-folder") == ["INVOKE", "SHUTDOWN SPINDOWN"])
                }
            }
        }
    }

    /// The layer that `Scripts/package-adapter` makes has the adapter as its `bootstrap`.
    @Test func theAdaptersLayerServesAPackageWithoutABootstrap() async throws {
        try await LayerFixture.with { fixture in
            let layer = try fixture.layer("adapter", [:])
            let adapter = try BuiltProducts.url(of: "sluice-adapter").path
            try FileManager.default.copyItem(atPath: adapter, toPath: layer + "/bootstrap")
            let script = "#!/bin/sh\nexec python3 '\(AdaptedApplication.script)'\n"
            let package = try fixture.layer("package", ["run.sh": script])
            try await AdaptedApplication.run(
                variables: ["_HANDLER": "run.sh"],
                configure: {
                    $0.command = [package + "/bootstrap"]
                    $0.workingDirectory = package
                    $0.layerFolders = [layer]
                },
                body: { app async throws in #expect(try await app.get("/status/201").status == 201) }
            )
        }
    }
    /// The layer that it makes with `--extension`, for a package whose own `bootstrap` starts the application.
    @Test func theAdaptersExtensionLayerServesAPackageWithABootstrapOfItsOwn() async throws {
        try await LayerFixture.with { fixture in
            let layer = try fixture.layer("adapter", ["extensions/sluice-adapter": ""])
            let program = layer + "/extensions/sluice-adapter"
            try FileManager.default.removeItem(atPath: program)
            try FileManager.default.copyItem(atPath: try BuiltProducts.url(of: "sluice-adapter").path, toPath: program)
            let script = "#!/bin/sh\nexec python3 '\(AdaptedApplication.script)'\n"
            let package = try fixture.layer("package", ["bootstrap": script])
            try await AdaptedApplication.run(
                configure: {
                    $0.command = [package + "/bootstrap"]
                    $0.workingDirectory = package
                    $0.layerFolders = [layer]
                },
                body: { app async throws in #expect(try await app.get("/status/201").status == 201) }
            )
        }
    }
}
