// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// How the lines of a function's log are written.
/// (Lambda Developer Guide, "Configuring JSON and plain text log formats".)
package enum LogFormat: Sendable {
    case text
    case json

    package static let variable = "AWS_LAMBDA_LOG_FORMAT"

    /// Of the variable's value, without regard to case; everything but `JSON` is text, as in Lambda's own runtimes.
    package init(_ value: String?) {
        self = value?.isSameWord("JSON") ?? false ? .json : .text
    }
}

/// How detailed a line of a function's log is. (Lambda Developer Guide, "Log-level filtering".)
package enum LogSeverity: String, CaseIterable, Sendable {
    case trace = "TRACE"
    case debug = "DEBUG"
    case info = "INFO"
    case warning = "WARN"
    case error = "ERROR"
    case fatal = "FATAL"

    package static let variable = "AWS_LAMBDA_LOG_LEVEL"

    /// Of the variable's value, without regard to case; `nil` when it is none of the six.
    package init?(_ value: String?) {
        guard let value, let severity = Self.allCases.first(where: { value.isSameWord($0.rawValue) }) else {
            return nil
        }
        self = severity
    }
}

extension String {
    fileprivate func isSameWord(_ uppercased: String) -> Bool {
        self.utf8.elementsEqual(uppercased.utf8) { byte, uppercase in
            byte == uppercase || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") && byte & 0xDF == uppercase)
        }
    }
}
