// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Testing

@testable import SluiceCLI

@Suite struct HTTPAddressTests {
    @Test(arguments: [
        ("http://localhost", "localhost", 80, "/"),
        ("HTTP://127.0.0.1:9001/", "127.0.0.1", 9001, "/"),
        ("http://hello.lambda-url.localhost:9000/a%20b?c=d#e", "hello.lambda-url.localhost", 9000, "/a%20b?c=d"),
        ("http://[::1]:9000?x", "::1", 9000, "/?x"),
        ("http://[::1]/y", "::1", 80, "/y"),
        ("https://abc.lambda-url.eu-west-1.on.aws", "abc.lambda-url.eu-west-1.on.aws", 443, "/"),
        ("HTTPS://localhost:8443/a", "localhost", 8443, "/a"),
    ])
    func readsAURL(text: String, host: String, port: Int, target: String) throws {
        let address = try HTTPAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.target == target)
        #expect(address.isSecure == text.lowercased().hasPrefix("https"))
    }

    @Test(arguments: [
        ("hello", HTTPAddress.Malformed.notHTTP("hello")),
        ("ftp://a", .notHTTP("ftp://a")),
        ("https://", .host("https://")),
        ("http://", .host("http://")),
        ("http:///a", .host("http:///a")),
        ("http://a b/", .host("http://a b/")),
        ("http://user@a/", .host("http://user@a/")),
        ("http://[::1", .host("http://[::1")),
        ("http://a:0", .port("http://a:0")),
        ("http://a:65536", .port("http://a:65536")),
        ("http://a:", .port("http://a:")),
        ("http://[::1]x", .port("http://[::1]x")),
        ("http://a/b c", .target("http://a/b c")),
        ("http://a/ä", .target("http://a/ä")),
        ("http://a/\r\nHost: b", .target("http://a/\r\nHost: b")),
    ])
    func refusesWhatIsNone(text: String, expected: HTTPAddress.Malformed) {
        #expect(throws: expected) { try HTTPAddress(text) }
    }

    @Test func writesTheHostField() {
        #expect(HTTPAddress.authority(host: "a", port: 80) == "a")
        #expect(HTTPAddress.authority(host: "a", port: 9000) == "a:9000")
        #expect(HTTPAddress.authority(host: "::1", port: 9000) == "[::1]:9000")
        #expect(HTTPAddress.authority(host: "a", port: 443, isSecure: true) == "a")
        #expect(HTTPAddress.authority(host: "a", port: 80, isSecure: true) == "a:80")
    }
}
