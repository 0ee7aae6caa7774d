// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport
import Testing

/// What a Function URL in the mode `RESPONSE_STREAM` makes of a stream.
@Suite struct StreamedURLTests {
    private static let type = FixtureFunction.preludeType
    private static let delimiter = FixtureFunction.delimiter
    private static let prelude = #"""
        {"statusCode":201,"headers":{"content-type":"text/html","X-Own":"1","content-length":"99",\#
        "www-authenticate":"Basic","connection":"close"},"cookies":["a=1; Path=/","b=2"]}
        """#

    /// The same bytes in chunks of several cuts.
    enum Split: CaseIterable {
        case oneChunk, threeChunks, everyByte, withinTheDelimiter, twoBytes

        func chunks(of text: String) -> [String] {
            let delimiter = FixtureFunction.delimiter
            switch self {
            case .oneChunk: return [text]
            case .everyByte: return text.unicodeScalars.map { String($0) }
            case .twoBytes:
                let scalars = Array(text.unicodeScalars)
                return stride(from: 0, to: scalars.count, by: 2).map { start in
                    String(String.UnicodeScalarView(scalars[start..<min(start + 2, scalars.count)]))
                }
            case .threeChunks:
                guard let range = text.firstRange(of: delimiter) else { return [text] }
                return [String(text[..<range.lowerBound]), delimiter, String(text[range.upperBound...])]
            case .withinTheDelimiter:
                guard let range = text.firstRange(of: delimiter) else { return [text] }
                let middle = text.unicodeScalars.index(range.lowerBound, offsetBy: 3)
                return [String(text[..<middle]), String(text[middle...])]
            }
        }
    }

    @Test(.requires(.curl, .python3), arguments: Split.allCases)
    func thePreludeIsReadHoweverItIsCut(split: Split) async throws {
        try await withFixture { sluice in
            // NULs in the body are the body's.
            let body = "<p>\0\0\0\0\0\0\0\0\u{ff}"
            let chunks = split.chunks(of: Self.prelude + Self.delimiter + body)
            let script = try FixtureFunction.stream(type: Self.type, chunks: chunks)
            let reply = try await curl(try sluice.url(), script: script)
            #expect(reply.exit == .code(0))
            #expect(reply.status == 201)
            #expect(String(latin1: reply.body) == body)
            #expect(reply["content-type"] == ["text/html"])
            #expect(reply["x-own"] == ["1"])
            #expect(reply["set-cookie"] == ["a=1; Path=/", "b=2"])
            #expect(reply["www-authenticate"] == [])
            #expect(reply["x-amzn-remapped-www-authenticate"] == ["Basic"])
            #expect(reply["content-length"] == [])
            #expect(reply["x-amzn-remapped-content-length"] == ["99"])
            #expect(reply["connection"] == [])
            #expect(reply["transfer-encoding"] == ["chunked"])
            #expect(reply["x-amzn-requestid"].count == 1)
            #expect(reply["x-amzn-trace-id"].count == 1)
            #expect(reply["date"].count == 1)
        }
    }

    @Test(.requires(.curl, .python3))
    func onlyTheContentTypeAnnouncesAPrelude() async throws {
        try await withFixture { sluice in
            let url = try sluice.url()
            let whole = #"{"statusCode":201}"# + Self.delimiter + "x"
            let plain = try await curl(url, script: try FixtureFunction.stream(type: "text/plain", chunks: [whole]))
            #expect(plain.status == 200)
            #expect(plain["content-type"] == ["text/plain"])
            #expect(plain.text == whole)

            let untyped = try await curl(url, script: try FixtureFunction.stream(chunks: ["x"]))
            #expect(untyped["content-type"] == ["application/octet-stream"])

            let object = #"{"statusCode": 201, "body": "x"}"#
            let buffered = try await curl(url, script: #"{"do":"return","value":{"statusCode":201,"body":"x"}}"#)
            #expect(buffered.status == 200)
            #expect(buffered["content-type"] == ["application/json"])
            #expect(buffered.text == object)

            // AWS answers 200 to a prelude that has "status" where "statusCode" is meant.
            let unknown = #"{"status":404,"headers":{"content-type":"text/plain"}}"# + Self.delimiter + "x"
            let ignored = try await curl(url, script: try FixtureFunction.stream(type: Self.type, chunks: [unknown]))
            #expect(ignored.status == 200)
            #expect(ignored.text == "x")
        }
    }

    @Test(.requires(.curl, .python3))
    func responsesWithoutABodyHaveNoneAndTheConnectionGoesOn() async throws {
        try await withFixture { sluice in
            let url = try sluice.url()
            let empty = try FixtureFunction.stream(type: Self.type, chunks: ["{}" + Self.delimiter])
            let bodyless = try await curl(url, script: empty)
            #expect(bodyless.exit == .code(0))
            #expect(bodyless.status == 200)
            #expect(bodyless.body == [])

            let prelude = #"{"statusCode":204}"# + Self.delimiter
            let script = try FixtureFunction.stream(type: Self.type, chunks: [prelude, "dropped"])
            let noContent = try await curl(url, script: script)
            #expect(noContent.exit == .code(0))
            #expect(noContent.status == 204)
            #expect(noContent.body == [])
            #expect(noContent["transfer-encoding"] + noContent["content-length"] == [])

            let stream = try FixtureFunction.stream(type: "text/plain", chunks: ["a", "b"])
            let head = try await curl(url, ["--head"], script: stream)
            #expect(head.exit == .code(0))
            #expect(head.status == 200)
            #expect(head.body == [])
            #expect(head["content-type"] == ["text/plain"])

            try await withRawClient(port: try sluice.urlPort()) { client in
                for (method, script) in [("HEAD", stream), ("GET", script), ("GET", stream)] {
                    try await client.send("\(method) / HTTP/1.1\r\nhost: x\r\nx-script: \(script)\r\n\r\n")
                    let head = try await client.readHead()
                    #expect(head.hasPrefix("HTTP/1.1 20"), "\(head)")
                }
                var body = String(latin1: try await client.readChunk())
                while body.count < 2 { body += String(latin1: try await client.readChunk()) }
                #expect(body == "ab")
                try await client.expect("0\r\n\r\n")
            }
        }
    }

    @Test(.requires(.curl, .python3))
    func aStreamThatFailsOnTheWayIsABrokenTransfer() async throws {
        try await withFixture(timeoutSeconds: 1) { sluice in
            let ends: [Gate.Command] = [
                .fail(type: "Function.Boom", message: "boom"), .drop, .exit(code: 0), .kill, .hang,
            ]
            for end in ends {
                let chunks = [#"{"statusCode":200}"# + Self.delimiter, "before"]
                let script = try FixtureFunction.stream(type: Self.type, chunks: chunks, end: end)
                let reply = try await curl(try sluice.url(), script: script)
                // 18: "transfer closed with outstanding read data remaining".
                #expect(reply.exit == .code(18), "\(end): \(reply)")
                #expect(reply.status == 200, "\(end): \(reply)")
                #expect(reply.text == "before", "\(end): \(reply)")
            }
        }
    }

    @Test(.requires(.curl, .python3))
    func aStreamThatFailsBeforeItsHeadIs502() async throws {
        try await withFixture(timeoutSeconds: 1) { sluice in
            for end in [Gate.Command.fail(type: "Function.Boom", message: "boom"), .drop, .kill, .hang] {
                for chunks in [[], [#"{"statusCode":200}"#]] {
                    let script = try FixtureFunction.stream(type: Self.type, chunks: chunks, end: end)
                    let reply = try await curl(try sluice.url(), script: script)
                    #expect(reply.exit == .code(0), "\(end) \(chunks): \(reply)")
                    #expect(reply.status == 502, "\(end) \(chunks): \(reply)")
                    #expect(reply.text == "Internal Server Error", "\(end) \(chunks): \(reply)")
                }
            }
        }
    }

    @Test(
        .requires(.curl, .python3),
        arguments: [
            "not JSON" + FixtureFunction.delimiter + "x", #"{"statusCode":200}"#, "", "[]" + FixtureFunction.delimiter,
            #"{"statusCode":"many"}"# + FixtureFunction.delimiter, String(repeating: " ", count: 20_000),
            // A client would go on waiting for the final status.
            #"{"statusCode":100}"# + FixtureFunction.delimiter,
        ]
    )
    func aMalformedPreludeIs502AndTheLogSaysWhy(text: String) async throws {
        try await withFixture { sluice in
            let script = try FixtureFunction.stream(type: Self.type, chunks: text.isEmpty ? [] : [text])
            let reply = try await curl(try sluice.url(), script: script)
            #expect(reply.status == 502)
            #expect(reply.text == "Internal Server Error")
            #expect(reply["x-amzn-errortype"] == ["InternalServerErrorException"])
            try await sluice.logLine { $0.contains("answered 502: ") }
            #expect(try await curl(try sluice.url(), script: #"{"do":"size"}"#).status == 200)
        }
    }

    @Test(.requires(.curl, .python3))
    func anUnknownHostIsForbidden() async throws {
        try await withFixture { sluice in
            let reply = try await curl(sluice.endpoint, ["-H", "Host: absent.lambda-url.localhost"])
            #expect(reply.status == 403)
            #expect(reply.text == #"{"Message":null}"#)
            #expect(reply["content-type"] == ["application/json"])
            #expect(reply["x-amzn-errortype"] == ["AccessDeniedException"])
        }
    }

    @Test(.requires(.curl, .python3))
    func oneMoreThanTheConcurrencyIs429() async throws {
        try await withGatedFixture(options: ["--concurrency", "1"]) { sluice, gates in
            try await withRawClient(port: try sluice.urlPort()) { client in
                let script = try FixtureFunction.gatedStream()
                try await client.send("GET / HTTP/1.1\r\nhost: x\r\nx-script: \(script)\r\n\r\n")
                let gate = try await gates.accept()
                #expect(try await curl(try sluice.url(), script: #"{"do":"size"}"#).status == 429)
                try await gate.send(.end)
                _ = try await client.readHead()
                try await client.expect("0\r\n\r\n")
            }
        }
    }

    @Test(.requires(.python3))
    func theFunctionRunsOnWhenItsReaderHasLeft() async throws {
        try await withGatedFixture { sluice, gates in
            let script = try FixtureFunction.gatedStream()
            let gate = try await withRawClient(port: try sluice.urlPort()) { client in
                try await client.send("GET / HTTP/1.1\r\nhost: x\r\nx-script: \(script)\r\n\r\n")
                let gate = try await gates.accept()
                try await gate.chunk("seen")
                _ = try await client.readHead()
                #expect(String(latin1: try await client.readChunk()) == "seen")
                try await client.abort()
                return gate
            }
            try await sluice.logLine { $0.contains("caller left") }
            for _ in 1...3 { try await gate.chunk("unseen") }
            try await gate.send(.end)
            try await sluice.logLine { $0.contains(#"response: 202 {"status":"OK"}"#) }
        }
    }
}
