// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import Sluice
internal import SluiceRuntimeAPI

extension Invocation {
    init(_ event: TestEvent, _ settings: TestedFunction.Settings, number: Int) {
        self.init(
            requestID: event.requestID ?? Self.identifier(number),
            invocationID: Self.identifier(number),
            payload: event.payload,
            invokedFunctionARN: "arn:aws:lambda:us-east-1:123456789012:function:\(settings.functionName)",
            traceID: event.traceID ?? EventRequest.traceID,
            clientContext: event.clientContext,
            tenantID: event.tenantID,
            timeout: .nanoseconds(max(0, settings.timeout.wholeNanoseconds))
        )
    }

    /// A UUID that tells the first invocation of a test from its second.
    private static func identifier(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}
