// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct InvokeErrorTests {
    private static func reply(_ error: InvokeError) -> (Int, String?, String) {
        (error.status, error.fields[InvokeResponseHeader.errorType], String(buffer: error.body))
    }

    /// Status, name and the case of the message member, as in the model of the API.
    @Test(
        arguments: [
            (.invalidParameterValue("m"), 400, "InvalidParameterValueException", #"{"Type":"User","message":"m"}"#),
            (.invalidRequestContent("m"), 400, "InvalidRequestContentException", #"{"Type":"User","message":"m"}"#),
            (.resourceNotFound("m"), 404, "ResourceNotFoundException", #"{"Type":"User","Message":"m"}"#),
            (.resourceConflict("m"), 409, "ResourceConflictException", #"{"Type":"User","message":"m"}"#),
            (.requestTooLarge("m"), 413, "RequestTooLargeException", #"{"Type":"User","message":"m"}"#),
            (.unsupportedMediaType("m"), 415, "UnsupportedMediaTypeException", #"{"Type":"User","message":"m"}"#),
            (.service("m"), 500, "ServiceException", #"{"Type":"Service","Message":"m"}"#),
            (.resourceNotReady("m"), 502, "ResourceNotReadyException", #"{"Type":"Service","message":"m"}"#),
            (.invalidRuntime("m"), 502, "InvalidRuntimeException", #"{"Type":"Service","Message":"m"}"#),
            (.invalidZipFile("m"), 502, "InvalidZipFileException", #"{"Type":"Service","Message":"m"}"#),
        ] as [(InvokeError, Int, String, String)]
    )
    func saysEachExceptionAsTheModelHasIt(error: InvokeError, status: Int, type: String, body: String) {
        #expect(Self.reply(error) == (status, type, body))
        #expect(error.fields[.contentType] == "application/json")
        #expect(error.fields[InvokeResponseHeader.retryAfter] == nil)
    }

    @Test func aThrottledCallGetsAReasonAndATimeToWait() {
        let error = InvokeError.tooManyRequests(.reservedConcurrentInvocations, retryAfterSeconds: 3)
        let body =
            #"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#
        #expect(Self.reply(error) == (429, "TooManyRequestsException", body))
        #expect(error.fields[InvokeResponseHeader.retryAfter] == "3")
        let without = InvokeError.tooManyRequests(.concurrentInvocations, retryAfterSeconds: nil)
        #expect(without.fields[InvokeResponseHeader.retryAfter] == nil)
    }

    @Test func namesWhatWasNotFoundAsTheServiceDoes() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:doesnotexist:$LATEST"
        #expect(
            String(buffer: InvokeError.functionNotFound(arn: arn).body)
                == #"{"Type":"User","Message":"Function not found: \#(arn)"}"#
        )
    }

    @Test func saysHowLargeAnEventMayBe() {
        #expect(
            InvokeError.eventTooLarge(bytes: 6_291_457).message
                == "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)"
        )
    }

    @Test func escapesWhatComesFromTheCaller() throws {
        let error = #expect(throws: InvokeError.self) {
            try FunctionReference(parsing: "a\"\n" + String(repeating: "b", count: 200), qualifier: nil)
        }
        let body = try #require(error?.body)
        let message = try #require(try JSONValue(parsing: body).objectValue?["message"]?.stringValue)
        #expect(message.hasPrefix("'a\"\nbbb"))
        #expect(message.utf8.count < 250)
    }
}
