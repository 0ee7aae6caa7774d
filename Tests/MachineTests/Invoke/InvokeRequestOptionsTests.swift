// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct InvokeRequestOptionsTests {
    @Test func takesTheIDThatTheCallerChose() throws {
        let id = "C6af9ac6-7b61-11e6-9a41-93e8deadbeef"
        #expect(try InvokeRequestOptions([InvokeResponseHeader.requestID: id], isStreaming: false).requestID == id)
        #expect(try InvokeRequestOptions([:], isStreaming: false).requestID == nil)
    }

    @Test(arguments: [
        "", "1", "c6af9ac6-7b61-11e6-9a41-93e8deadbeefa", "c6af9ac67b6111e69a4193e8deadbeef",
        "g6af9ac6-7b61-11e6-9a41-93e8deadbeef", "c6af9ac6-7b61-11e6-9a41-93e8deadbee/",
        "c6af9ac6-7b61-11e6-9a41_93e8deadbeef",
    ])
    func refusesAnIDThatIsNoUUID(_ id: String) {
        #expect {
            try InvokeRequestOptions([InvokeResponseHeader.requestID: id], isStreaming: true)
        } throws: { error in
            (error as? InvokeError)?.type == "InvalidRequestContentException"
        }
    }

    @Test func asynchronousEventsHaveALimitOfTheirOwn() {
        #expect(InvokeRequestOptions.InvocationType.event.limit.lambdaValue == 1_048_576)
        #expect(InvokeRequestOptions.InvocationType.requestResponse.limit.lambdaValue == 6_291_456)
        #expect(
            InvokeError.eventTooLarge(bytes: 7, for: .event).message
                == "7 byte payload is too large for the Event invocation type (limit 1048576 bytes)"
        )
    }

    private static func options(
        _ fields: HTTPFields,
        isStreaming: Bool = false
    ) throws(InvokeError) -> InvokeRequestOptions {
        try InvokeRequestOptions(fields, isStreaming: isStreaming)
    }

    @Test func withoutHeadersItIsAPlainSynchronousInvocation() throws {
        #expect(try Self.options([:]) == InvokeRequestOptions())
        #expect(InvokeRequestOptions().invocationType == .requestResponse)
        #expect(InvokeRequestOptions().logType == .none)
    }

    @Test func readsTheInvocationType() throws {
        let name = InvokeRequestHeader.invocationType
        for type in ["RequestResponse", "Event", "DryRun"] {
            #expect(try Self.options([name: type]).invocationType.rawValue == type)
        }
        for type in ["requestresponse", "", "Other"] {
            let error = #expect(throws: InvokeError.self) { try Self.options([name: type]) }
            #expect(error?.type == "InvalidParameterValueException")
        }
    }

    @Test func refusesEventOnAStream() throws {
        let name = InvokeRequestHeader.invocationType
        #expect(try Self.options([name: "DryRun"], isStreaming: true).invocationType == .dryRun)
        let error = #expect(throws: InvokeError.self) { try Self.options([name: "Event"], isStreaming: true) }
        #expect(error?.type == "InvalidParameterValueException")
    }

    @Test func readsTheLogType() throws {
        #expect(try Self.options([InvokeRequestHeader.logType: "Tail"]).logType == .tail)
        #expect(try Self.options([InvokeRequestHeader.logType: "None"]).logType == .none)
        #expect(throws: InvokeError.self) { try Self.options([InvokeRequestHeader.logType: "tail"]) }
    }

    @Test func decodesTheClientContextToOneLine() throws {
        let json = "{\r\n\t\"custom\": {\"ä\": 1}\n}"
        let fields: HTTPFields = [InvokeRequestHeader.clientContext: Base64.encode(json.utf8)]
        #expect(try Self.options(fields).clientContext == "{   \"custom\": {\"ä\": 1} }")
    }

    @Test(arguments: ["", "{}", "e30", "====", "bm8gSlNPTg==", "W10=", "/w=="])
    func refusesAClientContextThatIsNoObjectInBase64(text: String) {
        let error = #expect(throws: InvokeError.self) {
            try Self.options([InvokeRequestHeader.clientContext: text])
        }
        #expect(error == .invalidRequestContent("Client context must be a valid Base64-encoded JSON object."))
    }

    @Test func refusesAClientContextOver3583Bytes() throws {
        func context(_ count: Int) -> HTTPFields {
            // The base64 of an object of `count` bytes: four characters for each three.
            let json = "{\"a\":\"" + String(repeating: "x", count: count - 8) + "\"}"
            return [InvokeRequestHeader.clientContext: Base64.encode(json.utf8)]
        }
        #expect(try Self.options(context(2_685)).clientContext?.utf8.count == 2_685)
        let error = #expect(throws: InvokeError.self) { try Self.options(context(2_688)) }
        #expect(error == .invalidRequestContent("Client context must have at most 3583 bytes, not 3584."))
    }

    @Test func readsTheTenant() throws {
        let name = InvokeRequestHeader.tenantID
        for tenant in ["a", "Az09._:/=+-@ x", String(repeating: "a", count: 256)] {
            #expect(try Self.options([name: tenant]).tenantID == tenant)
        }
        for tenant in ["", "a,b", "ä", String(repeating: "a", count: 257)] {
            #expect(throws: InvokeError.self) { try Self.options([name: tenant]) }
        }
    }
}
