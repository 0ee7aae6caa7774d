// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

/// Compression that does not break streaming, and buffered compression, as Python's zlib sees it.
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

    /// A Function URL that does not stream passes it on as it is, once it is no base64 any more.
    @Test func aBufferedAnswerIsPackedAndInBase64() async throws {
        let variables = ["AWS_LWA_ENABLE_COMPRESSION": "true"]
        try await AdaptedApplication.run(variables: variables, mode: "buffered") { app async throws in
            let event = ScriptedAdapter.event("/early", headers: #"{"accept-encoding":"gzip"}"#)
            let answer = try await app.invoke(ByteBuffer(string: event))
            let members = try #require(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])
            #expect(members["statusCode"] as? Int == 200 && members["isBase64Encoded"] as? Bool == true, "\(answer)")
            #expect(members["cookies"] as? [String] == ["a=1; Path=/", "b=2"], "\(answer)")
            let fields = try #require(members["headers"] as? [String: String])
            #expect(fields["content-encoding"] == "gzip" && fields["vary"] == "accept-encoding", "\(answer)")
            #expect(fields["x-two"] == "1, 2" && fields["content-length"] == nil, "\(answer)")
            let body = try #require(members["body"] as? String)
            let unpacked = try await runProgram(
                try Tools.path(of: .python3),
                ["-c", "import base64, gzip; print(gzip.decompress(base64.b64decode(input())).decode(), end='')"],
                input: Array((body + "\n").utf8)
            )
            #expect(unpacked.exit == .code(0) && unpacked.outputText == "late", "\(unpacked)")
        }
    }

    @Test func aCallerOfABufferedAnswerReadsItWhole() async throws {
        let variables = ["AWS_LWA_ENABLE_COMPRESSION": "true"]
        try await AdaptedApplication.run(variables: variables, mode: "buffered") { app async throws in
            let url = app.lambda.addresses.functionURL(port: app.lambda.addresses.functionURLs[0].port)
            let result = try await runProgram(
                try Tools.path(of: .python3),
                ["-c", Self.reader, url + "big?type=text/plain&bytes=1000001"]
            )
            let lines = result.outputText.split(separator: "\n").map(String.init)
            // No line of the application's ends; the reader's own word stands behind its last.
            #expect(lines == ["gzip", String(repeating: "x", count: 1_000_001) + "whole"], "\(result)")
        }
    }
}
