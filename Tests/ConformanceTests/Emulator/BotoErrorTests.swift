// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// Each refusal of a call as the exception that the API's model has for it, with its members: botocore looks for them
/// under exactly the names of the model, and so the case of a letter decides.
@Suite struct BotoErrorTests {
    private static let arn = "arn:aws:lambda:us-east-1:123456789012:function:"

    private static func expect(
        _ line: Boto.Line,
        _ name: String,
        _ status: Int,
        message: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(line.error == name, "\(line)", sourceLocation: sourceLocation)
        #expect(line.code == name, sourceLocation: sourceLocation)
        #expect(line.isModelled == true, sourceLocation: sourceLocation)
        #expect(line.status == status, sourceLocation: sourceLocation)
        #expect(line.type == "User", sourceLocation: sourceLocation)
        #expect(line.message?.contains(message) == true, "\(line.message ?? "")", sourceLocation: sourceLocation)
        #expect(line.headers?["x-amzn-errortype"] == name, sourceLocation: sourceLocation)
        #expect(line.headers?["x-amzn-requestid"] != nil, sourceLocation: sourceLocation)
        #expect(line.headers?["content-type"] == "application/json", sourceLocation: sourceLocation)
    }

    @Test(.requires(.boto3), arguments: Boto.Call.allCases)
    func whereTenantsAreIsolatedARequestHasToNameOne(call: Boto.Call) async throws {
        try await withFixture(options: ["--per-tenant"]) { sluice in
            #expect(sluice.urls.isEmpty)
            try await withBoto(sluice) { boto in
                let missing = try await boto.first(call)
                let message = "is enabled with tenancy configuration. Add a valid tenant ID"
                Self.expect(missing, "InvalidParameterValueException", 400, message: message)
                let named = try await boto.first(call, payload: #"{"script":[]}"#, arguments: ["TenantId": "blue"])
                #expect(named.error == nil, "\(named)")
            }
        }
    }

    @Test(.requires(.boto3), arguments: Boto.Call.allCases)
    func everyRefusalIsTheExceptionOfTheModel(call: Boto.Call) async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let invalid = "InvalidParameterValueException"
                let content = "InvalidRequestContentException"

                let missing = try await boto.first(call, function: "absent")
                let notFound = "Function not found: \(Self.arn)absent:$LATEST"
                Self.expect(missing, "ResourceNotFoundException", 404, message: notFound)
                #expect(missing.message == notFound)
                let alias = try await boto.first(call, function: "absent:live")
                Self.expect(alias, "ResourceNotFoundException", 404, message: "absent:live")

                let name = try await boto.first(call, function: "no name")
                Self.expect(name, invalid, 400, message: "'no name' is no function name")
                let long = try await boto.first(call, function: String(repeating: "a", count: 257))
                Self.expect(long, invalid, 400, message: "the limit is 256")
                let conflict = try await boto.first(call, function: "fixture:1", arguments: ["Qualifier": "2"])
                Self.expect(conflict, invalid, 400, message: "derived qualifier")
                let qualifier = try await boto.first(call, arguments: ["Qualifier": "a b"])
                Self.expect(qualifier, invalid, 400, message: "'a b'")
                let type = try await boto.first(call, arguments: ["InvocationType": "Later"])
                Self.expect(type, invalid, 400, message: "X-Amz-Invocation-Type")
                let log = try await boto.first(call, arguments: ["LogType": "Head"])
                Self.expect(log, invalid, 400, message: "X-Amz-Log-Type")
                let tenant = try await boto.first(call, arguments: ["TenantId": "blue"])
                Self.expect(tenant, invalid, 400, message: "is not enabled with tenancy configuration")
                if call == .invokeWithResponseStream {
                    let event = try await boto.first(call, arguments: ["InvocationType": "Event"])
                    Self.expect(event, invalid, 400, message: "not Event")
                }

                for context in ["no base64!", "e30", "W10=", String(repeating: "e30g", count: 900)] {
                    let line = try await boto.first(call, arguments: ["ClientContext": context])
                    Self.expect(line, content, 400, message: "Client context must")
                }
                let json = try await boto.first(call, payload: #"{"a":"#)
                Self.expect(json, content, 400, message: "Could not parse request body into json: ")
                let id = try await boto.first(call, fields: ["x-amzn-RequestId": "not-a-uuid"])
                Self.expect(id, content, 400, message: "'not-a-uuid' is no UUID")

                let large = try await boto.first(call, payload: #"{"script":{"do":"size"}}"#, padTo: 6_291_457)
                Self.expect(large, "RequestTooLargeException", 413, message: "6291457 byte payload is too large")
                #expect(try await boto.invoke(#"{"do":"size"}"#).status == 200)
            }
        }
    }

    @Test(.requires(.boto3))
    func anEventOverOneMebibyteIsTooLargeForAnAsynchronousCall() async throws {
        try await withFixture { sluice in
            try await withBoto(sluice) { boto in
                let size = #"{"script":{"do":"size"}}"#, type = ["InvocationType": "Event"]
                let largest = try await boto.first(.invoke, payload: size, padTo: 1_048_576, arguments: type)
                #expect(largest.status == 202)
                let refused = try await boto.first(.invoke, payload: size, padTo: 1_048_577, arguments: type)
                Self.expect(refused, "RequestTooLargeException", 413, message: "for the Event invocation type")
            }
        }
    }

    @Test(.requires(.boto3), arguments: Boto.Call.allCases)
    func oneTooManyIsToldItsReason(call: Boto.Call) async throws {
        try await withGatedFixture(options: ["--concurrency", "1"]) { sluice, gates in
            try await withBoto(sluice) { boto in
                try await withRawClient(port: try sluice.urlPort()) { client in
                    let script = try FixtureFunction.gatedStream()
                    try await client.send("GET / HTTP/1.1\r\nhost: x\r\nx-script: \(script)\r\n\r\n")
                    let gate = try await gates.accept()
                    let line = try await boto.first(call)
                    Self.expect(line, "TooManyRequestsException", 429, message: "Rate Exceeded.")
                    #expect(line.reason == "ReservedFunctionConcurrentInvocationLimitExceeded")
                    // Nobody knows when the running one ends.
                    #expect(line.retryAfterSeconds == nil)
                    try await gate.send(.end)
                    _ = try await client.readHead()
                    try await client.expect("0\r\n\r\n")
                }
            }
        }
    }

    @Test("15: requests over ten times the concurrency in a second are told so", .requires(.boto3))
    func tooManyInASecond() async throws {
        try await withFixture(options: ["--concurrency", "1", "--limit", "requests-per-second=1"]) { sluice in
            try await withBoto(sluice) { boto in
                var line = try await boto.first(.invoke)
                while line.status == 200 { line = try await boto.first(.invoke) }
                Self.expect(line, "TooManyRequestsException", 429, message: "Rate Exceeded.")
                #expect(line.reason == "ReservedFunctionInvocationRateLimitExceeded")
                #expect(line.retryAfterSeconds == nil)
            }
        }
    }

    /// The body itself: an SDK may be more lenient than the model.
    @Test(.requires(.curl, .python3))
    func theMembersHaveTheCaseOfTheModel() async throws {
        try await withFixture { sluice in
            let path = { (name: String) in sluice.endpoint + "/2015-03-31/functions/\(name)/invocations" }
            let missing = try await curl(path("absent"), ["--data", "{}"])
            #expect(missing.text == #"{"Type":"User","Message":"Function not found: \#(Self.arn)absent:$LATEST"}"#)
            let json = try await curl(path("fixture"), ["--data", "{"])
            let object = try JSONSerialization.jsonObject(with: Data(json.body)) as? [String: String]
            #expect(object?.keys.sorted() == ["Type", "message"])
            #expect(json["x-amzn-errortype"] == ["InvalidRequestContentException"])
            let id = try await curl(path("fixture"), ["--data", "{}", "-H", "x-amzn-RequestId: 1"])
            #expect(id.text == #"{"Type":"User","message":"The request id '1' is no UUID."}"#)
        }
    }
}
