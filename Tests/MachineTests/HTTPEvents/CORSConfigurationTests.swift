// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

/// The object that Lambda's API takes, within Lambda's bounds.
@Suite struct CORSConfigurationTests {
    private static func read(_ json: String) throws(CORSConfigurationError) -> CORSConfiguration {
        try CORSConfiguration(json: ByteBuffer(string: json))
    }

    private static func list(_ count: Int, _ entry: (Int) -> String) -> String {
        "[" + (0..<count).map { "\"\(entry($0))\"" }.joined(separator: ",") + "]"
    }

    @Test func readsEveryMember() throws {
        var expected = CORSConfiguration()
        expected.allowCredentials = true
        expected.allowHeaders = ["content-type", "X-Own"]
        expected.allowMethods = ["GET", "DELETE"]
        expected.allowOrigins = ["http://localhost:5173", "https://example.com"]
        expected.exposeHeaders = ["Date"]
        expected.maxAgeSeconds = 300
        let read = try Self.read(
            #"""
            {"AllowCredentials":true,"AllowHeaders":["content-type","X-Own"],"AllowMethods":["GET","DELETE"],
            "AllowOrigins":["http://localhost:5173","https://example.com"],"ExposeHeaders":["Date"],"MaxAge":300}
            """#
        )
        #expect(read == expected)
    }

    @Test func everyMemberMayBeMissing() throws {
        #expect(try Self.read("{}") == CORSConfiguration())
    }

    @Test(arguments: [
        "*", "null", "http://localhost:5173", "https://a.example", "http://[::1]:3000", "http://[::1]", "app://host",
        "app://host:80", "http://a:443", "https://a:80", "http://a:65535", "http://a_b:1", "HTTP://A.example",
    ])
    func takesWhatABrowserCanNameAsItsOrigin(origin: String) throws {
        #expect(try Self.read("{\"AllowOrigins\":[\"\(origin)\"]}").allowOrigins == [origin])
    }

    @Test(arguments: [
        "localhost:5173", "http://localhost:5173/", "http://a/b", "http://", "://a", "http:/a", "http://a?b",
        "http://a#b",
        "https://*.example.com", "http://me@a", "http://a,http://b", "http://a b", "example.com", "**", "http://:80",
        "http://m\u{FC}nchen.example", "http://a:", "http://a:abc", "http://a:65536", "http://a:0", "http://a:08080",
        "http://a:8080:1", "http://::1", "http://[::1", "http://[::1]x", "http://[]", "http://[::1]:", "http://a]",
        "http://a:+80",
    ])
    func refusesWhatNoBrowserWouldSend(origin: String) {
        #expect(throws: CORSConfigurationError.noOrigin(origin)) {
            try Self.read("{\"AllowOrigins\":[\"\(origin)\"]}")
        }
    }

    @Test(arguments: [
        ("http://a:80", "http://a"), ("https://a.example:443", "https://a.example"), ("HTTP://a:80", "HTTP://a"),
        ("http://[::1]:80", "http://[::1]"),
    ])
    func saysThatABrowserLeavesTheUsualPortOut(origin: String, meant: String) {
        let error = #expect(throws: CORSConfigurationError.self) {
            try Self.read("{\"AllowOrigins\":[\"\(origin)\"]}")
        }
        let rule = "AllowOrigins: browsers leave the usual port out, so \"\(origin)\" never comes; write \(meant)"
        #expect(error?.description == rule)
    }

    @Test func takesAsManyEntriesAsLambda() throws {
        let origins = Self.list(100) { "http://a\($0)" }, headers = Self.list(100) { "x-\($0)" }
        let methods = Self.list(6) { ["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE"][$0] }
        let read = try Self.read(
            "{\"AllowOrigins\":\(origins),\"AllowHeaders\":\(headers),\"ExposeHeaders\":\(headers),\"AllowMethods\":\(methods)}"
        )
        #expect(read.allowOrigins.count == 100)
        #expect(read.allowMethods.count == 6)
    }

    @Test(arguments: [
        (CORSMember.allowOrigins, 100, "http://a"), (.allowHeaders, 100, "x"), (.exposeHeaders, 100, "x"),
        (.allowMethods, 6, "GET"),
    ])
    func refusesOneEntryMore(member: CORSMember, limit: Int, entry: String) {
        #expect(throws: CORSConfigurationError.tooMany(member, count: limit + 1, limit: limit)) {
            try Self.read("{\"\(member.rawValue)\":\(Self.list(limit + 1) { _ in entry })}")
        }
    }

    @Test(arguments: [
        (CORSMember.allowOrigins, "http://" + String(repeating: "a", count: 246), 1...253),
        (.allowHeaders, String(repeating: "x", count: 1_024), 0...1_024),
        (.exposeHeaders, String(repeating: "x", count: 1_024), 0...1_024), (.allowMethods, "DELETE", 0...6),
    ])
    func takesEntriesAsLongAsLambdaAndNoLonger(member: CORSMember, longest: String, allowed: ClosedRange<Int>) throws {
        _ = try Self.read("{\"\(member.rawValue)\":[\"\(longest)\"]}")
        let longer = longest + (member == .allowMethods ? "S" : "a")
        #expect(throws: CORSConfigurationError.wrongLength(member, longer, allowed: allowed)) {
            try Self.read("{\"\(member.rawValue)\":[\"\(longer)\"]}")
        }
    }

    @Test(arguments: [0, 86_400]) func takesAMaxAgeOfUpToADay(seconds: Int) throws {
        #expect(try Self.read("{\"MaxAge\":\(seconds)}").maxAgeSeconds == seconds)
    }

    @Test(arguments: [
        ("{\"MaxAge\":-1}", "MaxAge must be 0 to 86400 seconds, not -1"),
        ("{\"MaxAge\":86401}", "MaxAge must be 0 to 86400 seconds, not 86401"),
        ("{\"MaxAge\":\"1\"}", "MaxAge must be a whole number of seconds, not a string"),
        ("{\"MaxAge\":1.5}", "MaxAge must be a whole number of seconds, not a number"),
        ("{\"AllowCredentials\":1}", "AllowCredentials must be true or false, not a number"),
        ("{\"AllowOrigins\":\"*\"}", "AllowOrigins must be an array of strings, not a string"),
        ("{\"AllowHeaders\":[1]}", "AllowHeaders must be an array of strings, not one with a number"),
        ("{\"AllowMethods\":null}", "AllowMethods must be an array of strings, not null"),
        ("{\"AllowMethods\":[\"get\"]}", "AllowMethods: \"get\" is no method; write it in capitals, or * for all"),
        ("{\"AllowMethods\":[\"\"]}", "AllowMethods: \"\" is no method; write it in capitals, or * for all"),
        (
            "{\"AllowMethods\":[\"OPTIONS\"]}",
            "AllowMethods takes no \"OPTIONS\": a preflight needs no leave, the URL answers it by itself"
        ),
        (
            "{\"AllowHeaders\":[\"a,b\"]}",
            "AllowHeaders: \"a,b\" is no header's name; each name is an entry of its own, * stands for all"
        ),
        (
            "{\"AllowOrigins\":[\"\"]}",
            "AllowOrigins: \"\" has 0 characters; 1 to 253 are allowed"
        ),
        (
            "{\"allowOrigins\":[]}",
            "\"allowOrigins\" is no member of it; AllowCredentials, AllowHeaders, AllowMethods, AllowOrigins, "
                + "ExposeHeaders, MaxAge are"
        ),
        ("[]", "a JSON object is expected, not an array"),
        ("{", "JSON ends too early, at byte 1"),
    ])
    func namesTheRuleThatIsBroken(json: String, rule: String) {
        let error = #expect(throws: CORSConfigurationError.self) { try Self.read(json) }
        #expect(error?.description == rule)
    }
}
