// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import TestSupport
import Testing

@testable import SluiceCLI

/// Requests of all kinds, sent once straight to an application and once through Function URL and adapter: the application
/// sees the same, but for what Lambda itself changes.
@Suite(.timeLimit(.minutes(5)), .requires(.python3), .takesTurns) struct AdapterCorpusTests {
    struct Sent: Sendable, CustomTestStringConvertible {
        var method = HTTPRequest.Method.get
        var target = "/"
        var fields: [(String, String)] = []
        var body: [UInt8] = []

        var testDescription: String { "\(self.method) \(self.target) \(self.fields) \(self.body.count) B" }

        var httpFields: HTTPFields {
            HTTPFields(
                self.fields.compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) } }
            )
        }
    }

    static let corpus: [Sent] = [
        Sent(), Sent(target: "/a"), Sent(target: "/a/"), Sent(target: "//a//b"), Sent(target: "/%2F/%2f"),
        Sent(target: "/%C3%A4/%E4"), Sent(target: "/a%20b+c"), Sent(target: "/a;b=c,d"), Sent(target: "/~a!$&'()*:@"),
        Sent(target: "/%25"), Sent(target: "/a/../b/./c"), Sent(target: "/echo.json"),
        Sent(target: "/q?a=1"), Sent(target: "/q?a=1&a=2&b="), Sent(target: "/q?a=%26&b=%3D"),
        Sent(target: "/q?a+b=c+d"),
        Sent(target: "/q?flag"), Sent(target: "/q?a=b=c"), Sent(target: "/q?a[]=1&a[]=2"), Sent(target: "/q?x=/y?z"),
        Sent(fields: [("x-one", "1")]), Sent(fields: [("x-list", "a, b"), ("x-list", "c")]),
        Sent(fields: [("x-empty", "")]), Sent(fields: [("accept", "text/html;q=0.9, */*")]),
        Sent(fields: [("cookie", "a=1")]), Sent(fields: [("cookie", "a=1; b=\"2\"; c=")]),
        Sent(fields: [("authorization", "Bearer abc.def")]), Sent(fields: [("range", "bytes=0-1")]),
        Sent(fields: [("if-none-match", "\"1\"")]), Sent(fields: [("x-long", String(repeating: "x", count: 4_000))]),
        Sent(method: .post, target: "/p"), Sent(method: .post, target: "/p", body: Array("text".utf8)),
        Sent(
            method: .post,
            target: "/p",
            fields: [("content-type", "application/json")],
            body: Array(#"{"ä":1}"#.utf8)
        ),
        Sent(method: .post, target: "/p", fields: [("content-type", "image/png")], body: Array(0...255)),
        Sent(
            method: .post,
            target: "/p",
            fields: [("content-type", "application/x-www-form-urlencoded")],
            body: Array("a=1&b=%20".utf8)
        ),
        Sent(method: .put, target: "/p", body: [UInt8](repeating: 0, count: 1_000)),
        Sent(method: .patch, target: "/p", body: [0xFF]), Sent(method: .delete, target: "/p"),
        Sent(method: .delete, target: "/p", body: Array("x".utf8)), Sent(method: .options, target: "/p"),
        Sent(
            method: .post,
            target: "/upload",
            fields: [("content-type", "text/plain")],
            body: [UInt8](repeating: 0x78, count: 4_000_000)
        ),
        Sent(
            method: .post,
            target: "/upload",
            fields: [("content-type", "application/octet-stream")],
            body: (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
        ),
    ]

    /// What Lambda adds, or says in its own way.
    private static let lambdas: Set<String> = [
        "host", "x-amzn-request-context", "x-amzn-lambda-context", "x-amzn-trace-id", "x-forwarded-for",
        "x-forwarded-port", "x-forwarded-proto", "connection", "content-type", "content-length",
    ]

    @Test(arguments: ["response_stream", "buffered"])
    func theApplicationSeesTheSameWithAndWithoutLambda(mode: String) async throws {
        try await Self.withBoth(mode) { straight, throughLambda in
            // The answer has each byte as two digits, which a buffered one of that size cannot have.
            for sent in Self.corpus where mode == "response_stream" || sent.body.count < 1_000_000 {
                let there = try await Self.send(sent, to: straight)
                let here = try await Self.send(sent, to: throughLambda)
                Self.compare(sent, straight: there, throughLambda: here)
            }
        }
    }

    /// The same program twice: alone, and behind the adapter. With the address of each, without a slash at its end.
    static func withBoth(
        _ mode: String,
        _ body: @Sendable (_ straight: String, _ throughLambda: String) async throws -> Void
    ) async throws {
        let port = try await freePort()
        try await withChildProcess(
            try Tools.path(of: .python3),
            [AdaptedApplication.script],
            environment: ["AWS_LWA_PORT": "\(port)", "PATH": RunEnvironment["PATH"] ?? ""]
        ) { straight in
            _ = try await straight.line { $0 == "listens" }
            try await AdaptedApplication.run(mode: mode) { app async throws in
                let url = app.lambda.addresses.functionURL(port: app.lambda.addresses.functionURLs[0].port)
                try await body("http://127.0.0.1:\(port)", String(url.dropLast()))
            }
        }
    }

    /// Answers of every kind, by their path.
    private static let answers = [
        "/echo", "/status/200", "/status/201", "/status/204", "/status/304", "/status/404", "/status/503", "/early",
        "/empty",
        "/until-closed", "/big?bytes=1", "/big?bytes=65536", "/big?bytes=300000",
    ]

    /// What Lambda adds to an answer, or leaves to the framing of its own connection.
    private static let lambdasOfAnswers: Set<String> = [
        "date", "connection", "keep-alive", "content-length", "transfer-encoding", "x-amzn-requestid",
        "x-amzn-trace-id",
        "x-amzn-remapped-content-length",
    ]

    @Test(arguments: ["response_stream", "buffered"])
    func theCallerGetsTheSameWithAndWithoutLambda(mode: String) async throws {
        try await Self.withBoth(mode) { straight, throughLambda in
            // What the first sees of its request is not the answer's own.
            for target in Self.answers.dropFirst() {
                let there = try await Self.reply(to: Sent(target: target), at: straight)
                let here = try await Self.reply(to: Sent(target: target), at: throughLambda)
                #expect(here.status == there.status, "\(target)")
                #expect(here.body == there.body, "\(target)")
                // An error status is a failure to the client that is used here.
                if (there.status ?? 0) < 400 {
                    #expect(here.end == .complete && there.end == .complete, "\(target)")
                }
                #expect(Self.fields(of: here, mode) == Self.fields(of: there, mode), "\(target)")
            }
        }
    }

    /// In order, as far as a mode keeps them apart: a prelude is an object, which has each name but a cookie's once.
    static func fields(of reply: LocalLambda.Reply, _ mode: String) -> [String] {
        let own = reply.fields.filter { !self.lambdasOfAnswers.contains($0.name.canonicalName) }
        var values: [String: String] = [:]
        for field in own where field.name != .setCookie {
            values[field.name.canonicalName, default: ""] +=
                (values[field.name.canonicalName] == nil ? "" : ", ") + field.value
        }
        let cookies = own.filter { $0.name == .setCookie }.map { "set-cookie: \($0.value)" }
        return values.map { "\($0.key): \($0.value)" }.sorted() + cookies
    }

    private static func send(_ sent: Sent, to address: String) async throws -> SeenRequest {
        try SeenRequest(try await self.reply(to: sent, at: address))
    }

    static func reply(to sent: Sent, at address: String) async throws -> LocalLambda.Reply {
        let request = StreamRequest(
            url: try HTTPAddress(address + sent.target),
            method: sent.method,
            fields: sent.httpFields,
            body: ByteBuffer(bytes: sent.body)
        )
        var reply = LocalLambda.Reply()
        try await StreamClient().run(request) { reply.record($0) }
        return reply
    }

    private static func compare(_ sent: Sent, straight: SeenRequest, throughLambda: SeenRequest) {
        #expect(throughLambda.method == straight.method, "\(sent.testDescription)")
        #expect(throughLambda.target == straight.target, "\(sent.testDescription)")
        #expect(throughLambda.body == straight.body, "\(sent.testDescription)")
        #expect(self.fields(of: throughLambda) == self.fields(of: straight), "\(sent.testDescription)")
        for name in ["content-type"] where !sent.fields.filter({ $0.0 == name }).isEmpty {
            #expect(throughLambda[name] == straight[name], "\(sent.testDescription)")
        }
    }

    /// A Function URL joins fields that come twice, and takes spaces off.
    private static func fields(of seen: SeenRequest) -> [String: String] {
        let own = seen.headers.map { ($0[0].lowercased(), $0[1]) }.filter { !self.lambdas.contains($0.0) }
        return Dictionary(own) { $0 + "," + $1 }
            .mapValues {
                $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: ",")
            }
    }
}
