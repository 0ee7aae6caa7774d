// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceEmulator
import TestSupport
import Testing

/// Compression that does not break streaming, as Python's zlib sees it.
@Suite(.timeLimit(.minutes(5)), .requires(.python3)) struct LiveCompressionTests {
    private static let reader = """
        import sys, urllib.request, zlib
        request = urllib.request.Request(sys.argv[1], headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as reply:
            print(reply.headers["Content-Encoding"], flush=True)
            unpack = zlib.decompressobj(31)
            while part := reply.read1(65536):
                print(unpack.decompress(part).decode(), end="", flush=True)
            print("whole" if unpack.eof else "cut off", flush=True)
        """

    /// The application writes its second line only when the first has been read.
    @Test func eachChunkCanBeReadWhenItIsWritten() async throws {
        let gate = try await Gate.open()
        try await AdaptedApplication.run(variables: ["AWS_LWA_ENABLE_COMPRESSION": "true"]) { app async throws in
            let url = app.lambda.addresses.functionURL(port: app.lambda.addresses.functionURLs[0].port)
            try await withChildProcess(
                try Tools.path(of: .python3),
                ["-c", Self.reader, url + "live?gate=\(gate.port)"],
                environment: ["PATH": RunEnvironment["PATH"] ?? "/usr/bin:/bin"]
            ) { reader async throws in
                #expect(try await reader.line() == "gzip")
                #expect(try await reader.line() == "first")
                await gate.release()
                #expect(try await reader.line() == "second")
                #expect(try await reader.line() == "whole")
            }
            _ = try await app.line("AWS_LWA_ENABLE_COMPRESSION: Function URLs were seen to unpack")
        }
    }
}
