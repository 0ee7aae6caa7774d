// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceWire
import Testing

/// The lines of a function's log, byte for byte.
@Suite struct LogLineTests {
    private static func line(_ message: String = "hello") -> LogLine {
        LogLine(
            millisecondsSinceEpoch: 1_700_000_000_042,
            severity: .info,
            requestID: "req-1",
            logger: "orders",
            message: message
        )
    }

    private static func text(_ line: LogLine, _ format: LogFormat, _ maximumBytes: Int = 1_000) -> String {
        String(buffer: line.bytes(format, maximumBytes: maximumBytes))
    }

    @Test func aTextLineHasTimeRequestLevelAndMessageBetweenTabs() {
        var line = Self.line()
        #expect(Self.text(line, .text) == "2023-11-14T22:13:20.042Z\treq-1\tINFO\thello\n")
        line.requestID = nil
        line.metadata = [("a", "b c"), ("n", 1), ("o", ["k": "v"])]
        line.error = ErrorReport(errorType: "Function.Full", errorMessage: "no room", stackTrace: ["one"])
        let head = "2023-11-14T22:13:20.042Z\t\tINFO\thello a=b c n=1 o={\"k\":\"v\"}"
        #expect(Self.text(line, .text) == head + " errorType=Function.Full errorMessage=no room\r    one\n")
    }

    @Test func aTextLineStaysOneLine() {
        var line = Self.line("a\nb\r\nc\n")
        line.requestID = "1\n2"
        line.metadata = [("k\n", "v\nw")]
        #expect(Self.text(line, .text) == "2023-11-14T22:13:20.042Z\t1\r2\tINFO\ta\rb\r\rc\r k\r=v\rw\n")
    }

    @Test func aJSONLineIsAnObjectWithLambdasNames() {
        var line = Self.line("say \"no\"\n")
        #expect(
            Self.text(line, .json)
                == #"{"timestamp":"2023-11-14T22:13:20.042Z","level":"INFO","requestId":"req-1","logger":"orders","#
                + #""message":"say \"no\"\n"}"# + "\n"
        )
        line.severity = .fatal
        line.tenantID = "blue"
        line.error = ErrorReport(errorType: "Function.Full", errorMessage: "no room", stackTrace: ["one"])
        line.metadata = [("level", "mine"), ("n", 1)]
        #expect(
            Self.text(line, .json)
                == #"{"timestamp":"2023-11-14T22:13:20.042Z","level":"FATAL","requestId":"req-1","tenantId":"blue","#
                + #""logger":"orders","message":"say \"no\"\n","errorType":"Function.Full","errorMessage":"no room","#
                + #""stackTrace":["one"],"metadata.level":"mine","n":1}"# + "\n"
        )
    }

    /// Every length from none to all of it, with characters of each width in the text.
    @Test func aLineNeverGrowsBeyondItsBoundAndJSONStaysAnObject() throws {
        var line = Self.line("aß€😀\u{1}\n\"")
        line.metadata = [("list", ["x", "y"]), ("ß€", "😀")]
        let whole = Self.text(line, .json)
        let smallest = #"{,"truncated":true}"#.utf8.count + 1
        for maximum in smallest...(whole.utf8.count + 40) {
            let json = line.bytes(.json, maximumBytes: maximum)
            #expect(json.readableBytes <= maximum)
            let object = try #require(try JSONValue(parsing: json).objectValue, "\(maximum)")
            #expect((object["truncated"] == nil) == (String(buffer: json) == whole), "\(maximum)")
        }
        let text = Self.text(line, .text)
        for maximum in 1...text.utf8.count {
            let cut = Self.text(line, .text, maximum)
            #expect(cut.utf8.count <= maximum)
            // By bytes: a carriage return and the line end behind it are one character.
            #expect(text.utf8.starts(with: cut.utf8.dropLast()) && cut.utf8.last == 0x0A, "\(maximum)")
        }
    }

    @Test func aLargeMessageIsCutAtTheBoundOfAnEvent() {
        let line = Self.line(String(repeating: "x", count: 1_000_000))
        for format in [LogFormat.text, .json] {
            let bytes = line.bytes(format).readableBytes
            #expect(bytes <= Limits.maximumLogLineBytes && bytes > Limits.maximumLogLineBytes - 50)
        }
    }

    @Test func readsTheVariablesWithoutRegardToCase() {
        #expect(LogFormat("JSON") == .json && LogFormat("json") == .json)
        #expect(LogFormat("Text") == .text && LogFormat(nil) == .text && LogFormat("JSON5") == .text)
        for (text, severity) in [
            ("TRACE", .trace), ("Debug", .debug), ("INFO", .info), ("warn", .warning), ("ERROR", .error),
            ("FATAL", .fatal), ("WARNING", nil), ("", nil), (nil, nil),
        ] as [(String?, LogSeverity?)] {
            #expect(LogSeverity(text) == severity, "\(text ?? "none")")
        }
    }
}
