// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if os(Linux)
import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Who is not root is served as root is. Where tests run as root, as in containers, nothing else would show what only root
/// may do: `setpriv` makes an ordinary user of the program.
@Suite(.timeLimit(.minutes(2)), .requires(.curl, .setpriv), .takesTurns) struct OrdinaryUserTests {
    /// In every system, and nobody's own.
    private static let user = 65_534
    private static let becoming =
        geteuid() == 0 ? ["setpriv", "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups", "--"] : []

    /// Some systems let root only make namespaces.
    private static let mayMount: Bool = {
        let script = "mount -t overlay -o lowerdir=/usr/share:/opt sluice /opt"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = Self.becoming + ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// A function that any user can start, wherever the tests lie.
    private static let bootstrap = """
        #!/bin/sh
        next=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
        while :; do
            id=$(curl -s -D - -o /dev/null $next/next | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
            curl -s -o /dev/null -d "user $(id -u), layer $(cat /opt/sluice-word 2>/dev/null)" $next/$id/response
        done
        """

    private static func reply(of options: (LayerFixture) throws -> [String]) async throws -> LocalLambda.Reply {
        try await LayerFixture.with { fixture in
            // What it runs has to be readable for that user, as the folder of a checkout may not be.
            let program = fixture.base.appending(path: "sluice")
            try FileManager.default.copyItem(at: BuiltProducts.url(of: "sluice"), to: program)
            let function = try fixture.layer("function", ["bootstrap": Self.bootstrap])
            let home = try fixture.layer("home", [:])
            for folder in [fixture.base.path, home] {
                try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
            }
            let serve = ["serve", "--ready", "json", "--port", "0", "--function", "f=\(function)"]
            let words = Self.becoming + [program.path] + serve + (try options(fixture))
            let variables = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "TMPDIR": home]
            return try await withChildProcess(
                "/usr/bin/env",
                words,
                environment: variables,
                directory: fixture.base.path
            ) { process in
                let ready = try JSONDecoder()
                    .decode(SluiceProgram.Ready.self, from: Data(try await process.line().utf8))
                let url = try #require(ready.functionURLs["f"])
                let request = StreamRequest(url: try HTTPAddress(url), method: .get, fields: [:], body: ByteBuffer())
                var reply = LocalLambda.Reply()
                try await StreamClient().run(request) { reply.record($0) }
                let exit = try await process.terminate()
                #expect(exit == .code(0), "\(String(decoding: process.printed(on: .standardError), as: UTF8.self))")
                return reply
            }
        }
    }

    private static var expectedUser: Int { geteuid() == 0 ? Self.user : Int(geteuid()) }

    @Test func theirFunctionsAreServed() async throws {
        let reply = try await Self.reply { _ in [] }
        #expect(reply.status == 200 && reply.body == "user \(Self.expectedUser), layer ", "\(reply)")
    }

    @Test(.enabled(if: Self.mayMount, "only root may mount overlays in namespaces here"))
    func theyMayHaveLayers() async throws {
        let reply = try await Self.reply { ["--layer", try $0.layer("layer", ["sluice-word": "a word"])] }
        #expect(reply.status == 200 && reply.body == "user \(Self.expectedUser), layer a word", "\(reply)")
    }
}
#endif
