// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct InvokeRouteTests {
    private static let streamPath = "/2021-11-15/functions/hello/response-streaming-invocations"

    @Test func readsTheTwoPaths() throws {
        let function = FunctionReference(name: "hello")
        #expect(
            try InvokeRoute(method: .post, target: "/2015-03-31/functions/hello/invocations") == .invoke(function)
        )
        #expect(try InvokeRoute(method: .post, target: Self.streamPath) == .invokeWithResponseStream(function))
    }

    @Test(arguments: [
        "/", "", "/2015-03-31/functions/hello", "/2015-03-31/functions/hello/invocations/",
        "/2015-03-31/functions//invocations", "/2021-11-15/functions/hello/invocations",
        "/2015-03-31/functions/hello/response-streaming-invocations", "2015-03-31/functions/hello/invocations",
        "/x/2015-03-31/functions/hello/invocations", "/2014-11-13/functions/hello/invoke-async/",
    ])
    func anyOtherPathIsNone(target: String) throws {
        #expect(try InvokeRoute(method: .post, target: target) == nil)
    }

    @Test func anyOtherMethodIsNone() throws {
        #expect(try InvokeRoute(method: .get, target: Self.streamPath) == nil)
        #expect(try InvokeRoute(method: .put, target: Self.streamPath) == nil)
    }

    @Test(arguments: [
        ("hello", FunctionReference(name: "hello")),
        ("he.l_l-0", FunctionReference(name: "he.l_l-0")),
        ("hello:prod", FunctionReference(name: "hello", qualifier: "prod")),
        ("hello%3Aprod", FunctionReference(name: "hello", qualifier: "prod")),
        ("hello:$LATEST", FunctionReference(name: "hello", qualifier: "$LATEST")),
        ("hello%3A%24LATEST", FunctionReference(name: "hello", qualifier: "$LATEST")),
        ("hello:$LATEST.PUBLISHED", FunctionReference(name: "hello", qualifier: "$LATEST.PUBLISHED")),
        ("function:hello", FunctionReference(name: "hello")),
        ("function", FunctionReference(name: "function")),
        ("us-east-1", FunctionReference(name: "us-east-1")),
        ("123456789012", FunctionReference(name: "123456789012")),
        ("123456789012:function:hello", FunctionReference(name: "hello", accountID: "123456789012")),
        ("123456789012:hello:7", FunctionReference(name: "hello", qualifier: "7", accountID: "123456789012")),
        (
            "eu-central-1:123456789012:function:hello",
            FunctionReference(name: "hello", region: "eu-central-1", accountID: "123456789012")
        ),
        (
            "arn:aws:lambda:us-east-1:000000000000:function:hello",
            FunctionReference(name: "hello", region: "us-east-1", accountID: "000000000000")
        ),
        (
            "arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A000000000000%3Afunction%3Ahello%3A%24LATEST",
            FunctionReference(name: "hello", qualifier: "$LATEST", region: "us-gov-west-1", accountID: "000000000000")
        ),
    ])
    func readsEveryFormOfAName(text: String, expected: FunctionReference) throws {
        let target = "/2015-03-31/functions/\(text)/invocations"
        #expect(try InvokeRoute(method: .post, target: target)?.function == expected)
    }

    @Test(arguments: [
        "a%2Fb", "a b", "a%20b", "a%", "a%4", "a%zz", "%ff", "ä", "hello:", ":hello", "hello:a:b", "hello:$OTHER",
        "hello:a.b", "hello%00", "arn:aws:lambda:hello", "arn:aws:s3:us-east-1:000000000000:function:hello",
        "arn:aws:lambda:us-east-1:000000000000:hello:prod", "arn:xws:lambda:us-east-1:000000000000:function:hello",
        "arn:aws:lambda:nowhere:000000000000:function:hello", "arn:aws:lambda:us-east-1:1:function:hello",
    ])
    func refusesWhatIsNoName(text: String) {
        let error = #expect(throws: InvokeError.self) {
            try InvokeRoute(method: .post, target: "/2015-03-31/functions/\(text)/invocations")
        }
        #expect(error?.type == "InvalidParameterValueException")
        #expect(error?.status == 400)
    }

    @Test func refusesANameOver256Characters() throws {
        let longest = String(repeating: "a", count: 256)
        let fits = try InvokeRoute(method: .post, target: "/2015-03-31/functions/\(longest)/invocations")
        #expect(fits?.function.name == longest)
        let error = #expect(throws: InvokeError.self) {
            try InvokeRoute(method: .post, target: "/2015-03-31/functions/\(longest)a/invocations")
        }
        #expect(error?.message == "The function name has 257 characters; the limit is 256.")
    }

    @Test(
        arguments: [
            ("hello", "Qualifier=prod", "prod"),
            ("hello", "a=b&Qualifier=%24LATEST&c", "$LATEST"),
            ("hello", "Qualifier=$LATEST.PUBLISHED", "$LATEST.PUBLISHED"),
            ("hello", "qualifier=prod", nil),
            ("hello", "", nil),
            ("hello:prod", "Qualifier=prod", "prod"),
        ] as [(String, String, String?)]
    )
    func readsTheQualifier(name: String, query: String, expected: String?) throws {
        let route = try InvokeRoute(method: .post, target: "/2015-03-31/functions/\(name)/invocations?\(query)")
        #expect(route?.function.qualifier == expected)
    }

    @Test func refusesQualifiersThatDisagree() {
        let error = #expect(throws: InvokeError.self) {
            try InvokeRoute(method: .post, target: "/2015-03-31/functions/hello:test/invocations?Qualifier=prod")
        }
        let text = "The derived qualifier from the function name does not match the specified qualifier."
        #expect(error == .invalidParameterValue(text))
    }

    @Test(arguments: ["", "a.b", "a/b", "%ff", "$LATEST.OTHER", String(repeating: "a", count: 129)])
    func refusesAQualifierThatIsNone(qualifier: String) {
        let target = "/2015-03-31/functions/hello/invocations?Qualifier=\(qualifier)"
        #expect(throws: InvokeError.self) { try InvokeRoute(method: .post, target: target) }
    }

    @Test func readsTheTargetsThatItWrites() throws {
        for function in [
            FunctionReference(name: "hello"), FunctionReference(name: "a.b_c-d", qualifier: "$LATEST"),
        ] {
            for route in [InvokeRoute.invoke(function), .invokeWithResponseStream(function)] {
                #expect(try InvokeRoute(method: .post, target: route.target) == route)
            }
        }
        let target = InvokeRoute.invoke(FunctionReference(name: "hello", qualifier: "$LATEST")).target
        #expect(target == "/2015-03-31/functions/hello/invocations?Qualifier=%24LATEST")
    }
}
