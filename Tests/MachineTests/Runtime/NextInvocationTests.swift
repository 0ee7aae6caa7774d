// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct NextInvocationTests {
    private static let whole: [(name: String, value: String)] = [
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("Lambda-Runtime-Deadline-Ms", "1542409706888"),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-2:123456789012:function:custom-runtime"),
        ("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"),
        ("Lambda-Runtime-Client-Context", #"{"client":{}}"#),
        ("Lambda-Runtime-Cognito-Identity", #"{"cognitoIdentityId":"i"}"#),
        ("Lambda-Runtime-Aws-Tenant-Id", "blue"),
        ("Lambda-Runtime-Invocation-Id", "delivery-7"),
    ]

    @Test func readsEveryFieldThatLambdaSends() throws {
        let invocation = try NextInvocation(fields: Self.whole)
        #expect(invocation.requestID == "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        #expect(invocation.deadlineMilliseconds == 1_542_409_706_888)
        #expect(invocation.invokedFunctionARN == "arn:aws:lambda:us-east-2:123456789012:function:custom-runtime")
        #expect(invocation.traceID?.hasPrefix("Root=1-") == true)
        #expect(invocation.clientContext == #"{"client":{}}"#)
        #expect(invocation.cognitoIdentity == #"{"cognitoIdentityId":"i"}"#)
        #expect(invocation.tenantID == "blue")
        #expect(invocation.invocationID == "delivery-7")
    }

    @Test(arguments: [true, false])
    func matchesNamesWithoutRegardToCase(upper: Bool) throws {
        let fields = Self.whole.map { (name: upper ? $0.name.uppercased() : $0.name.lowercased(), value: $0.value) }
        #expect(try NextInvocation(fields: fields) == NextInvocation(fields: Self.whole))
    }

    @Test func takesAnEmptyOptionalFieldForAnAbsentOne() throws {
        let fields = Self.whole.map { field in
            (name: field.name, value: field.name == "Lambda-Runtime-Aws-Request-Id" ? "r" : "")
        }
        let invocation = try NextInvocation(fields: fields)
        #expect(invocation == (try NextInvocation(fields: [("lambda-runtime-aws-request-id", "r")])))
        #expect(invocation.clientContext == nil && invocation.invocationID == nil && invocation.tenantID == nil)
    }

    @Test func refusesAReplyWithoutRequestID() {
        #expect(throws: NextInvocationError.missingRequestID) { try NextInvocation(fields: []) }
        #expect(throws: NextInvocationError.missingRequestID) {
            try NextInvocation(fields: [("Lambda-Runtime-Aws-Request-Id", "")])
        }
    }

    @Test(arguments: ["a/b", "a b", "a?b", "a#b", "a\u{7F}", "ä"])
    func refusesARequestIDThatCannotStandInAPath(id: String) {
        #expect(throws: NextInvocationError.unusableRequestID) {
            try NextInvocation(fields: [("Lambda-Runtime-Aws-Request-Id", id)])
        }
    }

    @Test(arguments: ["", "soon", "99999999999999999999999", "12.5", " 1"])
    func toleratesADeadlineThatIsNoNumber(deadline: String) throws {
        let fields = [(name: "Lambda-Runtime-Aws-Request-Id", value: "r"), ("Lambda-Runtime-Deadline-Ms", deadline)]
        #expect(try NextInvocation(fields: fields).deadlineMilliseconds == nil)
    }
}
