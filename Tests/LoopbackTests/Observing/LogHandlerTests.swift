// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Logging
import NIOCore
import Sluice
import TestSupport
import Testing

/// Log lines through swift-log, in and outside of invocations.
@Suite struct LogHandlerTests {
    private struct Full: Error, CustomStringConvertible {
        let description = "no room"
    }

    private static func logger(_ lines: Watched<[String]>, _ format: String?, level: String? = nil) -> Logger {
        let output = LogOutput(format: format, level: level) { line in
            lines.update { $0.append(String(buffer: line)) }
        }
        return Logger(label: "test") { SluiceLogHandler(label: $0, output: output) }
    }

    /// What stands behind the time, which has a length of its own.
    private static func afterTime(_ line: String) -> String {
        let time = line.utf8.firstIndex { $0 == UInt8(ascii: "Z") }
        return time.map { String(line[line.utf8.index(after: $0)...]) } ?? ""
    }

    @Test func writesLevelsAsLambdaNamesThem() {
        let lines = Watched<[String]>([])
        let logger = Self.logger(lines, nil, level: "TRACE")
        for level in Logger.Level.allCases { logger.log(level: level, "m") }
        #expect(
            lines.current.map(Self.afterTime)
                == ["TRACE", "DEBUG", "INFO", "INFO", "WARN", "ERROR", "FATAL"].map { "\t\t\($0)\tm\n" }
        )
    }

    @Test(arguments: [
        (nil, Logger.Level.info), ("TRACE", .trace), ("warn", .warning), ("FATAL", .critical), ("LOUD", .info),
    ])
    func takesItsLevelFromTheConfiguration(name: String?, level: Logger.Level) {
        #expect(Self.logger(Watched([]), "JSON", level: name).logLevel == level)
    }

    @Test func writesMetadataOfEveryKindAndTheError() {
        let lines = Watched<[String]>([])
        var logger = Self.logger(lines, "json")
        logger[metadataKey: "of"] = "handler"
        logger.handler.metadataProvider = Logger.MetadataProvider { ["of": "provider", "task": "1"] }
        logger.error(
            "failed",
            error: Full(),
            metadata: [
                "array": ["x", ["y": "z"]], "bool": .stringConvertible(true), "double": .stringConvertible(1.5),
                "int": .stringConvertible(42), "nan": .stringConvertible(Double.nan), "of": "line",
            ]
        )
        #expect(
            lines.current.map(Self.afterTime) == [
                #"","level":"ERROR","logger":"test","message":"failed","errorType":"Function.Full","#
                    + #""errorMessage":"no room","array":["x",{"y":"z"}],"bool":true,"double":1.5,"int":42,"nan":"nan","#
                    + #""of":"line","task":"1"}"# + "\n"
            ]
        )
    }

    @Test func nestedMetadataHasABound() throws {
        let lines = Watched<[String]>([])
        var value: Logger.MetadataValue = "end"
        for _ in 0..<1_000 { value = [value] }
        Self.logger(lines, "JSON").info("deep", metadata: ["value": value])
        #expect(try #require(lines.current.first).contains(#"[["…"]]"#))
    }

    @Test func namesTheRequestOfTheTaskAndOfTheContext() async throws {
        let lines = Watched<[String]>([])
        let logger = Self.logger(lines, "JSON")
        let contextLogger = Watched<Logger?>(nil)
        var function = LambdaFunction { _, context in
            logger.info("by the task")
            context.logger.info("by the context")
            contextLogger.update { $0 = context.logger }
            return .text("{}")
        }
        function.logger = logger
        try await withFunction(function) { server, _ in
            let connection = try await server.accept()
            try await connection.answerNext(fields: ["Lambda-Runtime-Aws-Tenant-Id: blue"])
            _ = try await connection.readWhole()
        }
        contextLogger.current?.info("outside")
        logger.info("nowhere")
        let request = #"","level":"INFO","requestId":"req-1""#
        let tenant = #","tenantId":"blue""#
        #expect(
            lines.current.map(Self.afterTime) == [
                request + tenant + #","logger":"test","message":"by the task"}"# + "\n",
                request + tenant + #","logger":"test","message":"by the context"}"# + "\n",
                request + #","logger":"test","message":"outside"}"# + "\n",
                #"","level":"INFO","logger":"test","message":"nowhere"}"# + "\n",
            ]
        )
    }

    @Test func isTheHandlerOfAFunctionUnlessTheProcessChoseAnother() {
        #expect(LambdaFunction { _, _ in .text("") }.logger.handler is SluiceLogHandler)
        #expect(Logger(label: "of a library").handler is StreamLogHandler)
    }
}
