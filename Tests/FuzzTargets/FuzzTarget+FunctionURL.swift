// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire

extension FuzzTarget {
    /// Method and target on a line, fields, and a body: the service makes an event of it, and the runtime library reads
    /// that. Neither knows the other.
    static func tryFunctionURL(_ input: [UInt8]) throws(FuzzFinding) {
        var input = FuzzInput(input)
        let words = input.line().split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let method = String(words.first ?? "")
        guard HTTPRequest.Method(method) != nil else { return }
        let fields = input.fields()
        let request = FunctionURLRequest(
            method: method,
            target: words.count > 1 ? String(words[1]) : "/",
            fields: fields,
            body: input.buffer,
            sourceIP: "127.0.0.1",
            port: 80,
            domainName: "abc.lambda-url.us-east-1.on.aws",
            domainPrefix: "abc",
            requestID: "r",
            traceID: "t",
            millisecondsSinceEpoch: 1_700_000_000_000
        )
        let json = FunctionURLEvent.json(request)
        switch Result(catching: { () throws(HTTPEventError) in try HTTPRequestEvent(json: json) }) {
        case .success(let event):
            try require(event.source == .functionURL, "its source is \(event.source)")
            try require(event.method == method, "another method: \(event.method)")
            try require(event.body == request.body, "another body: \(event.body)")
            try require(event.cookies == request.cookies, "other cookies: \(event.cookies)")
            try Self.tryEvent(event)
        case .failure(.invalidHeaderValue):
            // No parser of HTTP lets such a value through to the service.
            let breaks = fields.contains { $0.value.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F } }
            try require(breaks, "the runtime refuses the event: \(json)")
        case .failure(let error):
            throw FuzzFinding("the runtime refuses the event: \(error), \(json)")
        }
    }

    /// Any JSON as the event of any of the five formats.
    static func tryHTTPEvents(_ input: [UInt8]) throws(FuzzFinding) {
        switch Result(catching: { () throws(HTTPEventError) in
            try HTTPRequestEvent(json: ByteBuffer(bytes: input))
        }) {
        case .success(let event): try Self.tryEvent(event)
        case .failure(let error): _ = "\(error)"
        }
    }

    /// What a function hands on of an event makes a request of one line and whole fields.
    private static func tryEvent(_ event: HTTPRequestEvent) throws(FuzzFinding) {
        let isOneWord = event.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        try require(isOneWord, "the target \(event.target.debugDescription)")
        try require(!event.rawPath.isEmpty && !event.rawPath.contains("?"), "the path \(event.rawPath)")
        try require(event.headers.count <= Limits.maximumEventFields + 1, "\(event.headers.count) headers")
        for field in event.headers {
            let breaks = field.value.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }
            try require(!breaks, "a line break in \(field)")
        }
    }
}

extension FunctionURLRequest {
    fileprivate var cookies: [String] { self.fields[values: .cookie].flatMap { CookieField.cookies(in: $0) } }
}
