// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct InvocationFailureTests {
    @Test(arguments: [(3_000, "3.00"), (100, "0.10"), (1_009, "1.01"), (61_004, "61.00"), (0, "0.00"), (999, "1.00")])
    func aTimeoutIsToldInSecondsWithTwoPlaces(milliseconds: Int64, text: String) {
        let failure = InvocationFailure.timedOut(requestID: "r", timeoutMilliseconds: milliseconds)
        #expect(failure.errorType == "Sandbox.Timedout")
        #expect(
            String(buffer: failure.payload)
                == #"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after \#(text) seconds"}"#
        )
    }

    @Test func anExitIsToldAsLambdaTellsIt() {
        func message(_ exit: InvocationFailure.Exit) -> String {
            InvocationFailure.runtimeExited(requestID: "r", exit).message
        }
        #expect(message(.code(0)) == "RequestId: r Error: Runtime exited without providing a reason")
        #expect(message(.code(3)) == "RequestId: r Error: Runtime exited with error: exit status 3")
        #expect(message(.signal(9)) == "RequestId: r Error: Runtime exited with error: signal: killed")
        #expect(message(.signal(64)) == "RequestId: r Error: Runtime exited with error: signal: signal 64")
    }

    @Test func aReportKeepsItsBytesAndPrefersTheHeadersType() {
        let body = ByteBuffer(string: #"{"errorMessage":"m","errorType":"T","more":1}"#)
        let failure = InvocationFailure.reported(typeHeader: "Function.Reason", body: body)
        #expect(failure.errorType == "Function.Reason")
        #expect(failure.message == "m")
        #expect(failure.payload == body)
        #expect(InvocationFailure.reported(typeHeader: "", body: body).errorType == "T")
        #expect(InvocationFailure.reported(typeHeader: nil, body: body).errorType == "T")
    }

    @Test func aReportThatIsNoJSONIsPassedOnAsItIs() {
        let body = ByteBuffer(bytes: [0x68, 0x69, 0xFF])
        let failure = InvocationFailure.reported(typeHeader: nil, body: body)
        #expect(failure.errorType == "Runtime.Unknown")
        #expect(failure.message == "hi\u{FFFD}")
        #expect(failure.payload == body)
    }
}
