// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

/// A wrong argument is refused before anything starts, with the rule that it breaks.
@Suite(.timeLimit(.minutes(5)), .takesTurns) struct ArgumentErrorTests {
    private static let longName = String(repeating: "n", count: 65)

    @Test(arguments: [
        (["serve"], "--function"),
        (["serve", "--function", "hello"], "\"hello\" names no command; write NAME=COMMAND."),
        (
            ["serve", "--function", "a b=true"],
            "\"a b\" is no function name; 1 to 64 letters, digits, hyphens and underscores"
        ),
        (["serve", "--function", "=true"], "\"\" is no function name"),
        (["serve", "--function", longName + "=true"], "is no function name; 1 to 64"),
        (["serve", "--function", "a="], "The command of a is empty"),
        (["serve", "--function", "a=x 'y"], "The command of a has a ' without its partner."),
        (["serve", "--function", "a=x \"y"], "The command of a has a \" without its partner."),
        (["serve", "--function", "a=x\\"], "The command of a ends with a backslash."),
        (["serve", "--function", "a=true", "--timeout", "0"], "--timeout must be 1 to 900 seconds, not 0."),
        (["serve", "--function", "a=true", "--timeout", "901"], "--timeout must be 1 to 900 seconds, not 901."),
        (["serve", "--function", "a=true", "--timeout", "x"], "'x' is invalid for '--timeout <seconds>'"),
        (["serve", "--function", "a=true", "--concurrency", "1001"], "--concurrency must be 0 to 1000, not 1001."),
        (["serve", "--function", "a=true", "--idle", "86401"], "--idle must be 0 to 86400 seconds, not 86401."),
        (["serve", "--function", "a=true", "--freeze", "on"], "aws"),
        (
            ["serve", "--function", "a=true", "--account-concurrency", "0"],
            "--account-concurrency must be at least 1, not 0."
        ),
        (["serve", "--function", "a=true", "--memory", "127"], "--memory must be 128 to 10240 MB, not 127."),
        (["serve", "--function", "a=true", "--port", "65536"], "--port must be 0 to 65535, not 65536."),
        (["serve", "--function", "a=true", "--port", "-1"], "--port"),
        (["serve", "--function", "a=true", "--port", "65535"], "--port 65535 is too high"),
        (["serve", "--function", "a=true", "--invoke-mode", "stream"], "RESPONSE_STREAM"),
        (["serve", "--function", "a=true", "--ready", "xml"], "json"),
        (["serve", "--function", "a=true", "--env", "novalue"], "--env needs K=V"),
        (["serve", "--function", "a=true", "--env", "1A=b"], "--env needs K=V"),
        (
            ["serve", "--function", "a=true", "--env-file", "/does/not/exist"],
            "--env-file /does/not/exist: No such file or directory."
        ),
        (
            ["serve", "--function", "a=true", "--cors", "localhost:5173"],
            "--cors: AllowOrigins: \"localhost:5173\" is no origin; write scheme, host and port"
        ),
        (["serve", "--function", "a=true", "--cors", "{\"Origins\":[]}"], "--cors: \"Origins\" is no member of it"),
        (["serve", "--function", "a=true", "--cors", "{\"MaxAge\":true}"], "--cors: MaxAge must be a whole number"),
        (["serve", "--function", "a=true", "--cors", "*", "--cors", "{}"], "--cors takes origins, or one object"),
        (["serve", "--function", "a=true", "--cors", "@/does/not/exist"], "--cors @/does/not/exist: No such file"),
        (["serve", "--function", "a=true", "--cors", "{}"], "--cors: AllowOrigins is missing"),
        (["serve", "--function", "a=true", "--cors", "{\"AllowOrigins\":[]}"], "--cors: AllowOrigins is missing"),
        (["serve", "--function", "a=true", "--cors", "http://a:80"], "write http://a"),
        (["serve", "--function", "a=true", "--limit", "bytes=1"], "--limit: there is no limit 'bytes'"),
        (["serve", "--function", "a=true", "--limit", "stream-bytes"], "--limit: 'stream-bytes' has no value"),
        (["serve", "--function", "a=true", "--limits", "on"], "'aws' and 'off'"),
        (["serve", "--function", "a=true", "--fault", "explode"], "--fault: there is no fault 'explode'"),
        (["logs", "--endpoint", "https://h"], "--endpoint is http://HOST:PORT"),
        (["logs", "--endpoint", "http://h/path"], "--endpoint is http://HOST:PORT"),
        (["logs", "--endpoint", "h"], "it must begin with http://"),
        (["serve", "--function", "a=true", "--build", "make"], "--build needs to know when"),
        (["serve", "--function", "a=true", "--watch-path", ".", "--build", "x 'y"], "--build has a ' without"),
        (["serve", "--function", "a=true", "--watch-path", ".", "--build", " "], "The command of --build is empty."),
        (
            ["serve", "--function", "a=true", "--watch-path", ".", "--build", "make && make install"],
            "--build has \"&&\", which only a shell understands; let one run it: --build \"sh -c 'make && make install'\""
        ),
        (
            ["serve", "--function", "a=true", "--watch-path", ".", "--build", "FOO=1 make"],
            "--build has \"FOO=1\", which only a shell understands; let one run it: --build \"sh -c 'FOO=1 make'\""
        ),
        (
            ["serve", "--function", "a=cd x && ./run 'it'"],
            "The command of a has \"&&\", which only a shell understands; let one run it: sh -c '...'"
        ),
        (
            ["serve", "--function", "a=true", "--watch-path", "/does/not/exist"],
            "--watch-path /does/not/exist: No such file"
        ),
        (
            ["serve", "--function", "a=true", "--extensions", "/does/not/exist"],
            "--extensions /does/not/exist: No such file"
        ),
        (["serve", "--function", "a=true", "--extensions", "/bin/sh"], "--extensions /bin/sh: Not a directory."),
        (["serve", "--function", "a=true", "--function", "a=false"], "Two functions are named a."),
        (["demo", "--port", "65535"], "--port must be 0 to 65534, not 65535."),
        (["invoke"], "Missing expected argument '<function>'"),
        (["invoke", "a b"], "is no function name"),
        (["invoke", "a", "--payload", "@/does/not/exist"], "--payload @/does/not/exist: No such file or directory"),
        (["invoke", "https://a", "--ca-file", "/does/not/exist"], "--ca-file /does/not/exist: No such file"),
        (["invoke", "http://a", "--ca-file", "/does/not/exist"], "--ca-file is for https."),
        (["invoke", "localhost:9801"], "did you mean http://localhost:9801?"),
        (["invoke", "127.0.0.1:9801/tokens"], "did you mean http://127.0.0.1:9801/tokens?"),
        (["invoke", "a", "--endpoint", "http://a/b?c"], "--endpoint takes no query"),
        (["bogus"], "bogus"),
    ])
    func namesTheRule(arguments: [String], rule: String) async throws {
        let result = try await SluiceProgram.run(arguments)
        #expect(result.exit == .code(64), "\(result)")
        #expect(result.standardOutput.isEmpty)
        #expect(result.errorText.contains(rule), "\(result)")
        // How the command is used that was meant, not how any is.
        if let command = arguments.first, command != "bogus" {
            #expect(result.errorText.contains("Usage: sluice \(command) "), "\(result)")
            #expect(result.errorText.contains("  See 'sluice \(command) --help' for more information."), "\(result)")
        }
    }
}
