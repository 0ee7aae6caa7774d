// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import Logging
internal import NIOCore
internal import SluiceWire

/// Writes log lines to standard output as Lambda's own runtimes do, by the function's logging configuration.
///
/// A function's own logger uses it unless the process was bootstrapped with another handler. For the loggers of
/// libraries, too:
///
/// ```swift
/// import Logging
/// import Sluice
///
/// LoggingSystem.bootstrap(SluiceLogHandler.init)
/// LambdaFunction { event, context in
///     Logger(label: "orders").info("looking", metadata: ["id": "4711"])
///     return .text("{}")
/// }.run()
/// ```
///
/// With `AWS_LAMBDA_LOG_FORMAT=JSON` a line is an object with `timestamp`, `level`, `requestId`, `tenantId` where there is
/// one, `logger`, `message`, with an error `errorType` and `errorMessage`, and then the metadata; otherwise it is the
/// time, the request id, the level and the message with tabs between them, and then the metadata. The request id is that of
/// ``InvocationContext/current``. `AWS_LAMBDA_LOG_LEVEL` sets the level, `INFO` when it is not set; levels that Lambda
/// does not know are written as the next one that it does: `notice` as `INFO`, `critical` as `FATAL`.
///
/// A line has at most 256 KiB. What goes beyond is cut off, and in JSON the member `truncated` says so.
///
/// (Lambda Developer Guide, "Configuring advanced logging controls for Lambda functions".)
public struct SluiceLogHandler: LogHandler {
    /// Lines below it are not written.
    public var logLevel: Logger.Level
    /// What every line says beside its message.
    public var metadata: Logger.Metadata = [:]
    /// What every line says of the task that writes it.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let output: LogOutput

    /// A handler for the logger with this label.
    public init(label: String) {
        self.init(label: label, output: .standard)
    }

    package init(label: String, output: LogOutput) {
        self.label = label
        self.output = output
        self.logLevel = output.level
    }

    /// One value of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        var metadata = self.metadata
        if let provided = self.metadataProvider?.get() { metadata.merge(provided) { $1 } }
        if let own = event.metadata { metadata.merge(own) { $1 } }
        let context = InvocationContext.current
        // A context's logger carries the id also where the task belongs to no invocation.
        let carried = metadata.removeValue(forKey: InvocationContext.requestIDKey).map { JSONValue($0) }
        var line = LogLine(
            millisecondsSinceEpoch: Platform.wallClockMilliseconds(),
            severity: LogSeverity(event.level),
            requestID: carried?.stringValue ?? context?.requestID,
            tenantID: context?.tenantID,
            logger: self.label,
            message: "\(event.message)"
        )
        line.error = event.error.map { ErrorReport(reporting: $0) }
        line.metadata = metadata.sorted { $0.key < $1.key }.map { (name: $0.key, value: JSONValue($0.value)) }
        self.output.write(line.bytes(self.output.format))
    }
}

extension Logger {
    /// Lambda's lines, unless the process was bootstrapped with another handler.
    package static func ofFunction(label: String) -> Self {
        let logger = Self(label: label)
        // The handler that swift-log has when nobody chose one.
        guard logger.handler is StreamLogHandler else { return logger }
        return Self(label: label) { SluiceLogHandler(label: $0) }
    }
}

extension LogSeverity {
    init(_ level: Logger.Level) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info, .notice: self = .info
        case .warning: self = .warning
        case .error: self = .error
        case .critical: self = .fatal
        }
    }
}
