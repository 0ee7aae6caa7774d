// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct ExtensionRegistrationTests {
    private static func read(_ body: String, _ fields: HTTPFields = [ExtensionHeader.name: "e"]) throws
        -> ExtensionRegistration
    {
        try ExtensionRegistration(fields: fields, body: ByteBuffer(string: body))
    }

    @Test func readsNameAndEvents() throws {
        let request = try Self.read(#"{"events":["INVOKE","SHUTDOWN","INVOKE"]}"#)
        #expect(request == ExtensionRegistration(name: "e", events: ["INVOKE", "SHUTDOWN"]))
        #expect(try Self.read(#"{"events":[]}"#).events.isEmpty)
        #expect(try Self.read("{}").events.isEmpty)
    }

    @Test(arguments: ["accountId", "other, accountId", "accountId,other"])
    func knowsWhoAsksForTheAccount(features: String) throws {
        let fields: HTTPFields = [ExtensionHeader.name: "e", ExtensionHeader.acceptFeature: features]
        #expect(try Self.read("{}", fields).wantsAccountID)
        #expect(try !Self.read("{}").wantsAccountID)
    }

    @Test(arguments: [
        "", "no JSON", "[]", #"{"events":"INVOKE"}"#, #"{"events":[1]}"#,
        #"{"events":[],"configurationKeys":["K"]}"#,
    ])
    func refusesWhatIsNoRegistration(body: String) throws {
        let refusal = #expect(throws: ExtensionRefusal.self) { try Self.read(body) }
        #expect(refusal?.errorType == "InvalidRequestFormat")
    }

    @Test func refusesAnEmptyNameBeforeItReadsTheBody() {
        #expect(throws: ExtensionRefusal.emptyName) { try Self.read("no JSON", [:]) }
        #expect(throws: ExtensionRefusal.emptyName) { try Self.read("{}", [ExtensionHeader.name: ""]) }
    }

    @Test func takesUUIDsOnlyAsIdentifiers() throws {
        let good = "01234567-89AB-cdef-0123-456789abcdef"
        #expect(try ExtensionHeader.identifier(of: [ExtensionHeader.identifier: good]) == good.lowercased())
        #expect(throws: ExtensionRefusal.missingIdentifier) { try ExtensionHeader.identifier(of: [:]) }
        for bad in ["x", good + "0", good.replacing("a", with: "g"), good.replacing("-", with: "0")] {
            #expect(throws: ExtensionRefusal.invalidIdentifier) {
                try ExtensionHeader.identifier(of: [ExtensionHeader.identifier: bad])
            }
        }
    }

    @Test func aRefusalIs403AndEscapesWhatAPeerSent() {
        let reply = ExtensionRefusal.invalidEventType("a\"b").reply
        #expect(reply.status == 403)
        #expect(
            reply.body == #"{"errorMessage":"a\"b: ErrorInvalidEventType","errorType":"Extension.InvalidEventType"}"#
                + "\n"
        )
    }

    @Test func eventsAreThoseOfLambdasGuide() {
        let invoke = ExtensionEventBody.invoke(
            requestID: "r",
            invokedFunctionARN: "arn:f",
            traceID: "Root=1",
            deadlineEpochMilliseconds: 676_051
        )
        #expect(
            String(buffer: invoke)
                == #"{"eventType":"INVOKE","deadlineMs":676051,"requestId":"r","invokedFunctionArn":"arn:f","#
                + #""tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"}}"#
        )
        #expect(
            String(buffer: ExtensionEventBody.shutdown(.spindown, deadlineEpochMilliseconds: 676_051))
                == #"{"eventType":"SHUTDOWN","shutdownReason":"SPINDOWN","deadlineMs":676051}"#
        )
    }
}
