// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceServiceWire
import SluiceWire
import Testing

/// What a Function URL says to a page of another origin.
@Suite struct CORSDecisionTests {
    private static let page = "http://localhost:5173"

    private static var everything: CORSConfiguration { CORSConfiguration(allowingEverythingFrom: ["*"]) }

    private static var particular: CORSConfiguration {
        var cors = CORSConfiguration()
        cors.allowOrigins = ["https://a.example", Self.page]
        cors.allowMethods = ["GET", "PUT"]
        cors.allowHeaders = ["Content-Type", "X-Own"]
        cors.exposeHeaders = ["X-Seen"]
        cors.maxAgeSeconds = 600
        return cors
    }

    private static func preflight(
        _ cors: CORSConfiguration,
        origin: String = page,
        method: String = "PUT",
        headers: String? = "content-type,x-own"
    ) throws -> HTTPFields {
        var fields: HTTPFields = [.origin: origin, .accessControlRequestMethod: method]
        fields[.accessControlRequestHeaders] = headers
        switch cors.decide(method: .options, fields: fields) {
        case .answerPreflight(let answer):
            try demand(answer[.accessControlAllowOrigin] != nil, "answered without a leave: \(answer)")
            return answer
        case .refusePreflight(let answer, _):
            return answer
        case .adjust:
            throw Illegal("a preflight reaches the function")
        }
    }

    private static func adjusted(
        _ cors: CORSConfiguration,
        _ request: HTTPFields = [.origin: page],
        method: HTTPRequest.Method = .get,
        response: HTTPFields = [:]
    ) throws -> (fields: HTTPFields, leftOut: [String]) {
        guard case .adjust(let adjustment) = cors.decide(method: method, fields: request) else {
            throw Illegal("a preflight was seen")
        }
        return adjustment.apply(to: response)
    }

    // MARK: Preflights

    @Test func aPreflightHearsAllThatIsAllowed() throws {
        #expect(
            try Self.preflight(Self.particular) == [
                .vary: "Origin", .accessControlAllowOrigin: Self.page, .accessControlAllowMethods: "GET,PUT",
                .accessControlAllowHeaders: "Content-Type,X-Own", .accessControlMaxAge: "600",
            ]
        )
    }

    /// `*` would not cover `Authorization`, and nothing at all with credentials.
    @Test func whereEverythingIsAllowedTheRequestedIsEchoed() throws {
        let fields = try Self.preflight(Self.everything, method: "PROPFIND", headers: "authorization, x-any")
        #expect(
            fields == [
                .vary: "Origin", .accessControlAllowOrigin: Self.page, .accessControlAllowMethods: "PROPFIND",
                .accessControlAllowHeaders: "authorization, x-any",
            ]
        )
    }

    @Test func credentialsAreAllowedToTheVeryOriginOnly() throws {
        var cors = Self.everything
        cors.allowCredentials = true
        let preflight = try Self.preflight(cors), response = try Self.adjusted(cors).fields
        for fields in [preflight, response] {
            #expect(fields[.accessControlAllowOrigin] == Self.page)
            #expect(fields[.accessControlAllowCredentials] == "true")
        }
    }

    @Test(arguments: [
        "http://localhost:5174", "https://localhost:5173", "http://localhost", "null", "",
        "https://a.example, http://localhost:5173",
    ])
    func anOriginThatIsNotListedIsAllowedNothing(origin: String) throws {
        #expect(try Self.preflight(Self.particular, origin: origin) == [.vary: "Origin"])
        #expect(try Self.adjusted(Self.particular, [.origin: origin]).fields == [.vary: "Origin"])
    }

    @Test(arguments: [
        ("POST", "x-own"), ("get", "x-own"), ("PUT", "x-other"), ("PUT", "x-own,x-other"), ("PUT", "authorization"),
    ])
    func oneThingThatIsNotAllowedForbidsThePreflight(method: String, headers: String) throws {
        #expect(try Self.preflight(Self.particular, method: method, headers: headers) == [.vary: "Origin"])
    }

    @Test(arguments: [
        (
            "http://b", "PUT", "x-own",
            "its origin http://b is not in AllowOrigins (https://a.example, http://localhost:5173)"
        ),
        (page, "POST", "x-own", "its method POST is not in AllowMethods (GET, PUT)"),
        (page, "PUT", "x-own,x-other,x-more", "its header x-other is not in AllowHeaders (Content-Type, X-Own)"),
    ])
    func aRefusalNamesTheFirstThingThatIsNotAllowed(origin: String, method: String, headers: String, rule: String) {
        var request: HTTPFields = [.origin: origin, .accessControlRequestMethod: method]
        request[.accessControlRequestHeaders] = headers
        guard case .refusePreflight(_, let refusal) = Self.particular.decide(method: .options, fields: request) else {
            Issue.record("not refused")
            return
        }
        #expect("\(refusal)" == "refused the preflight of a page: " + rule)
    }

    @Test func aRefusalIsShortHoweverMuchWasAskedFor() {
        let request: HTTPFields = [.origin: String(repeating: "o", count: 60_000), .accessControlRequestMethod: "PUT"]
        guard case .refusePreflight(_, let refusal) = CORSConfiguration().decide(method: .options, fields: request)
        else {
            Issue.record("not refused")
            return
        }
        #expect("\(refusal)".count < 300)
        #expect("\(refusal)".hasSuffix("oo … is not in AllowOrigins, which is empty"))
    }

    @Test(arguments: ["X-OWN", " x-own\t, ,content-type ", "", nil])
    func headerNamesAreReadAsAListWithoutCase(headers: String?) throws {
        #expect(try Self.preflight(Self.particular, headers: headers)[.accessControlAllowOrigin] == Self.page)
    }

    @Test func hostsHaveNoCase() throws {
        var cors = Self.particular
        cors.allowOrigins = ["HTTP://LocalHost:5173"]
        #expect(try Self.preflight(cors)[.accessControlAllowOrigin] == Self.page)
    }

    @Test func aPageFromAFileIsAnyOrigin() throws {
        #expect(try Self.preflight(Self.everything, origin: "null")[.accessControlAllowOrigin] == "null")
    }

    /// Fetch Standard, "CORS-preflight request": the method is asked for, and the page has an origin.
    @Test func anyOtherOPTIONSReachesTheFunction() throws {
        let asks: HTTPFields = [.accessControlRequestMethod: "GET"]
        _ = try Self.adjusted(Self.everything, asks, method: .options)
        _ = try Self.adjusted(Self.everything, [.origin: Self.page], method: .options)
        _ = try Self.adjusted(Self.everything, [.origin: Self.page, .accessControlRequestMethod: "GET"], method: .get)
    }

    // MARK: Responses

    @Test func aResponseIsAllowedToItsPage() throws {
        let response: HTTPFields = [.contentType: "text/plain"]
        #expect(
            try Self.adjusted(Self.particular, response: response).fields == [
                .contentType: "text/plain", .vary: "Origin", .accessControlAllowOrigin: Self.page,
                .accessControlExposeHeaders: "X-Seen",
            ]
        )
    }

    /// A page sends these without asking, so no list of methods is asked for them. (Fetch Standard, "CORS-safelisted
    /// method".)
    @Test(arguments: [HTTPRequest.Method.get, .head, .post])
    func whatNeedsNoPreflightNeedsNoAllowedMethod(method: HTTPRequest.Method) throws {
        var cors = Self.particular
        cors.allowMethods = []
        cors.allowHeaders = []
        #expect(try Self.adjusted(cors, method: method).fields[.accessControlAllowOrigin] == Self.page)
    }

    /// Also with a method that is not listed: that is for preflights to refuse.
    @Test func whoHasNoOriginHearsNothingOfIt() throws {
        #expect(try Self.adjusted(Self.everything, [:]).fields == [.vary: "Origin"])
        #expect(try Self.adjusted(Self.particular, method: .post).fields[.accessControlAllowOrigin] == Self.page)
    }

    @Test(arguments: [true, false]) func theFunctionsOwnFieldsGiveWay(isAllowed: Bool) throws {
        var response: HTTPFields = [.accessControlAllowOrigin: "*", .contentType: "text/plain"]
        response.append(HTTPField(name: .accessControlAllowOrigin, value: "https://b.example"))
        response[try #require(HTTPField.Name("ACCESS-CONTROL-Anything"))] = "x"
        let origin = isAllowed ? Self.page : "https://other.example"
        let (fields, leftOut) = try Self.adjusted(Self.particular, [.origin: origin], response: response)
        #expect(fields[values: .accessControlAllowOrigin] == (isAllowed ? [Self.page] : []))
        #expect(fields[.contentType] == "text/plain")
        #expect(
            leftOut.sorted() == [
                "access-control-allow-origin", "access-control-allow-origin", "access-control-anything",
            ]
        )
    }

    @Test(arguments: [
        ("Accept", ["Accept", "Origin"]), ("accept, ORIGIN", ["accept, ORIGIN"]), ("*", ["*"]),
        ("x-origin", ["x-origin", "Origin"]),
    ])
    func theFunctionsVaryStays(vary: String, expected: [String]) throws {
        #expect(try Self.adjusted(Self.everything, response: [.vary: vary]).fields[values: .vary] == expected)
    }

    // MARK: All of it

    /// Every configuration of a few values against every request of a few: a leave is never given that the
    /// configuration does not give, and never half of one.
    @Test func noRequestGetsALeaveThatIsNotConfigured() throws {
        let count = try everyScript(of: [0, 1, 2], length: 8) { choice in
            var cors = CORSConfiguration()
            cors.allowOrigins = [[], ["*"], [Self.page]][choice[0]]
            cors.allowMethods = [[], ["*"], ["GET"]][choice[1]]
            cors.allowHeaders = [[], ["*"], ["x-own"]][choice[2]]
            cors.allowCredentials = choice[3] == 1
            var request = HTTPFields()
            request[.origin] = [nil, Self.page, "https://b.example"][choice[4]]
            request[.accessControlRequestMethod] = [nil, "GET", "PUT"][choice[5]]
            request[.accessControlRequestHeaders] = [nil, "x-own", "x-other"][choice[6]]
            try Self.check(cors, [.options, .get, .post][choice[7]], request)
        }
        #expect(count == 6_561)
    }

    private static func check(_ cors: CORSConfiguration, _ method: HTTPRequest.Method, _ request: HTTPFields) throws {
        let origin = request[.origin]
        let knowsOrigin = origin.map { cors.allowOrigins == ["*"] || cors.allowOrigins == [$0] } ?? false
        let what = "\(cors) \(method) \(request)"
        let fields: HTTPFields
        var isAllowed = knowsOrigin
        let decision = cors.decide(method: method, fields: request)
        switch decision {
        case .answerPreflight(let answer), .refusePreflight(let answer, _):
            fields = answer
            let requested = request[.accessControlRequestMethod] ?? "", headers = request[.accessControlRequestHeaders]
            try demand(method == .options && origin != nil && !requested.isEmpty, "\(what): no preflight")
            isAllowed =
                isAllowed && (cors.allowMethods == ["*"] || cors.allowMethods == [requested])
                && (headers == nil || cors.allowHeaders == ["*"] || cors.allowHeaders == [headers])
            let isRefused = if case .refusePreflight = decision { true } else { false }
            try demand(isRefused != isAllowed, "\(what): \(decision)")
            let granted = answer[.accessControlAllowMethods]
            try demand(granted == (isAllowed ? requested : nil), "\(what): \(granted ?? "no") method")
            if let headers, isAllowed {
                try demand(answer[.accessControlAllowHeaders] == headers, "\(what): \(answer)")
            }
        case .adjust(let adjustment):
            try demand(
                method != .options || origin == nil || request[.accessControlRequestMethod] == nil,
                "\(what): goes on"
            )
            fields = adjustment.apply(to: [:]).fields
        }
        try demand(fields[.accessControlAllowOrigin] == (isAllowed ? origin : nil), "\(what): \(fields)")
        try demand((fields[.accessControlAllowCredentials] != nil) == (isAllowed && cors.allowCredentials), what)
        try demand(fields[.vary] == "Origin", "\(what): not for caches")
        let hasAny = fields.contains { $0.name.canonicalName.hasPrefix("access-control-") }
        try demand(hasAny == isAllowed, "\(what): half a leave, \(fields)")
    }
}
