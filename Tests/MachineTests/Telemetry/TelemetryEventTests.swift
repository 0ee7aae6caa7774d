// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceServiceWire
import SluiceWire
import Testing

@Suite struct TelemetryEventTests {
    private static func text(_ event: TelemetryEvent, structured: Bool = true) -> String {
        String(buffer: event.json(hasStructuredLines: structured))
    }

    private static let time: Int64 = 1_665_532_000_123

    @Test func startIsThatOfTheGuide() {
        let event = TelemetryEvent.start(requestID: "r", traceID: "Root=1", at: Self.time)
        #expect(
            Self.text(event)
                == #"{"time":"2022-10-11T23:46:40.123Z","type":"platform.start","record":{"requestId":"r","#
                + #""version":"$LATEST","tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"}}}"#
        )
    }

    @Test func runtimeDoneHasTheMeasuresOfTheStream() {
        let done = TelemetryEvent.RuntimeDone(
            requestID: "r",
            traceID: "t",
            status: .success,
            errorType: nil,
            duration: .microseconds(140_500),
            producedBytes: 16,
            spans: [
                TelemetrySpan(.responseLatency, startEpochMilliseconds: Self.time, duration: .microseconds(23_020)),
                TelemetrySpan(.responseDuration, startEpochMilliseconds: Self.time + 23, duration: .microseconds(7)),
            ]
        )
        #expect(
            Self.text(.runtimeDone(done, at: Self.time))
                == #"{"time":"2022-10-11T23:46:40.123Z","type":"platform.runtimeDone","record":{"requestId":"r","#
                + #""status":"success","metrics":{"durationMs":140.500,"producedBytes":16},"spans":["#
                + #"{"name":"responseLatency","start":"2022-10-11T23:46:40.123Z","durationMs":23.020},"#
                + #"{"name":"responseDuration","start":"2022-10-11T23:46:40.146Z","durationMs":0.007}],"#
                + #""tracing":{"type":"X-Amzn-Trace-Id","value":"t"}}}"#
        )
    }

    @Test func reportHasWhatTheLineHas() {
        let report = TelemetryEvent.Report(
            requestID: "r",
            traceID: "t",
            status: .timeout,
            errorType: "Sandbox.Timedout",
            duration: .seconds(3),
            billedMilliseconds: 3_100,
            memoryMegabytes: 128,
            maximumMemoryUsedMegabytes: 30,
            initDuration: .milliseconds(100)
        )
        let text = Self.text(.report(report, at: Self.time))
        #expect(text.contains(#""status":"timeout","errorType":"Sandbox.Timedout""#))
        #expect(
            text.contains(
                #""metrics":{"durationMs":3000.000,"billedDurationMs":3100,"memorySizeMB":128,"maxMemoryUsedMB":30,"#
                    + #""initDurationMs":100.000}"#
            )
        )
    }

    @Test func aLineIsAnObjectWhereLogFormatAndSchemaHaveIt() {
        let json = #"{"level":"INFO"}"#
        let event = TelemetryEvent.line(json, of: .function, isJSON: true, at: Self.time)
        #expect(Self.text(event).hasSuffix(#""type":"function","record":{"level":"INFO"}}"#))
        #expect(Self.text(event, structured: false).hasSuffix(#""record":"{\"level\":\"INFO\"}"}"#))
        let plain = TelemetryEvent.line(json, of: .extension, isJSON: false, at: Self.time)
        #expect(Self.text(plain).hasSuffix(#""type":"extension","record":"{\"level\":\"INFO\"}"}"#))
        for line in ["{", "[1]", "hello", ""] {
            let event = TelemetryEvent.line(line, of: .function, isJSON: true, at: Self.time)
            #expect(event.record == .string(line))
        }
    }

    @Test(arguments: [
        ("Runtime.ExitError", "Runtime.ExitError"), ("Function.MyError", "Function.MyError"),
        ("my Runtime.Fault", "my Runtime.Fault"), ("Sandbox.Timedout", "Sandbox.Timedout"),
        ("Extension.Crash", "Extension.Crash"), ("Function.oops", "Function.Unknown"),
        ("Function.", "Function.Unknown"), ("Function.A", "Function.Unknown"), ("ValueError", "Runtime.Unknown"),
        ("", "Runtime.Unknown"), ("Runtime.x Runtime.Yes", "Runtime.x Runtime.Yes"),
    ])
    func errorTypesThatAFunctionMadeUpAreNotPassedOn(type: String, told: String) {
        #expect(TelemetryEvent.reportedErrorType(type) == told)
    }

    @Test func everyEventIsOfItsCategory() {
        #expect(TelemetryEvent.start(requestID: "r", traceID: "t", at: 0).category == .platform)
        #expect(TelemetryEvent.line("x", of: .function, isJSON: false, at: 0).category == .function)
        #expect(TelemetryEvent.line("x", of: .extension, isJSON: false, at: 0).category == .extension)
    }
}
