// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import ArgumentParser
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@testable import SluiceCLI

@Suite(.timeLimit(.minutes(1))) struct InvokeCommandTests {
    @Test(arguments: [
        ["hello"], ["hello:prod", "--stream", "--timeline", "--payload", "{}"],
        ["arn:aws:lambda:us-east-1:000000000000:function:hello"],
        ["http://127.0.0.1:9001/a?b", "--method", "PUT", "--header", "A: b", "--header", "A: c", "--payload", "-"],
        ["hello", "--endpoint", "http://127.0.0.1:1", "--log"],
        ["https://example.org", "--ca-file", "authorities.pem"], ["hello", "--endpoint", "https://a"],
        ["hello", "--endpoint", "https://a/below/it/"], ["localhost"], ["hello:9801"], ["us-east-1:localhost:1"],
    ])
    func takes(arguments: [String]) throws {
        _ = try InvokeCommand.parse(arguments)
    }

    @Test(arguments: [
        ([], "Missing expected argument '<function>'"),
        (["ftp://example.org"], "is no function name"),
        (["https://"], "names no host"),
        (["http://a", "--log"], "--log is for a name"),
        (["http://"], "names no host"),
        (["not a name"], "is no function name"),
        (["hello", "--method", "PUT"], "--method is for a URL"),
        (["http://a", "--method", "a b"], "is no HTTP method"),
        (["http://a", "--header", "nothing"], "is no field"),
        (["http://a", "--header", "a: b\r\nc: d"], "is no field"),
        (["hello", "--endpoint", "a"], "is no URL"),
        (["localhost:9801"], "did you mean http://localhost:9801?"),
        (["fn.lambda-url.localhost:9000/a"], "did you mean http://fn.lambda-url.localhost:9000/a?"),
        (["[::1]:9801"], "did you mean http://[::1]:9801?"),
        (["abc.lambda-url.eu-west-1.on.aws/x?y"], "did you mean https://abc.lambda-url.eu-west-1.on.aws/x?y?"),
        (["127.0.0.1:9801"], "did you mean http://127.0.0.1:9801?"),
    ])
    func explainsWhatItRefuses(arguments: [String], message: String) {
        let error = #expect(throws: (any Error).self) { try InvokeCommand.parse(arguments) }
        let text = error.map { InvokeCommand.message(for: $0) } ?? ""
        #expect(text.contains(message), "\(text)")
    }

    @Test(arguments: [
        ("http://a", "/2015-03-31/functions/hello/invocations"),
        ("http://a/", "/2015-03-31/functions/hello/invocations"),
        ("http://a/below/it", "/below/it/2015-03-31/functions/hello/invocations"),
        ("http://a/below/", "/below/2015-03-31/functions/hello/invocations"),
    ])
    func callsBelowThePathOfTheEndpoint(endpoint: String, target: String) throws {
        let request = StreamRequest(
            function: FunctionReference(name: "hello"),
            isStreaming: false,
            endpoint: try HTTPAddress(endpoint),
            payload: ByteBuffer()
        )
        #expect(request.target == target)
    }

    /// The code with which `sluice invoke` ends after this answer.
    private static func exitCode(isURL: Bool, answer: String) async throws -> ExitCode {
        var code = ExitCode.success
        try await ScriptedServer.run { inbound, outbound in
            _ = try await inbound.next()
            try await outbound.write(ByteBuffer(string: answer))
        } client: { port in
            let endpoint = "http://127.0.0.1:\(port)"
            let command = try InvokeCommand.parse(isURL ? [endpoint] : ["hello", "--endpoint", endpoint])
            do {
                try await command.run()
            } catch let error as ExitCode {
                code = error
            }
        }
        return code
    }

    @Test func exitsWithZeroAfterACompleteAnswer() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        #expect(try await Self.exitCode(isURL: true, answer: answer) == .success)
        #expect(try await Self.exitCode(isURL: false, answer: answer) == .success)
    }

    @Test(arguments: [
        "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 404 Oh\r\nContent-Length: 0\r\n\r\n",
    ])
    func exitsWithOneAfterAFailure(answer: String) async throws {
        #expect(try await Self.exitCode(isURL: true, answer: answer) == .failure)
        #expect(try await Self.exitCode(isURL: false, answer: answer) == .failure)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", "",
        "no HTTP\r\n",
    ])
    func exitsWithTwoWhenTheAnswerBrokeOff(answer: String) async throws {
        #expect(try await Self.exitCode(isURL: true, answer: answer) == ExitCode(2))
        #expect(try await Self.exitCode(isURL: false, answer: answer) == ExitCode(2))
    }

    @Test func exitsWithOneWhenTheFunctionFailed() async throws {
        let answer = "HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\nContent-Length: 0\r\n\r\n"
        #expect(try await Self.exitCode(isURL: false, answer: answer) == .failure)
    }
}
