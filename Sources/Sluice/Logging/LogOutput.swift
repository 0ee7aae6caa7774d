// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import Logging
package import NIOCore
package import SluiceWire

/// Where log lines go, and what Lambda was configured to get.
package struct LogOutput: Sendable {
    package let format: LogFormat
    package let level: Logger.Level
    /// Given each line with its end, from any thread.
    package let write: @Sendable (ByteBuffer) -> Void

    package init(format: String?, level: String?, write: @escaping @Sendable (ByteBuffer) -> Void) {
        self.format = LogFormat(format)
        self.level = LogSeverity(level).map { Logger.Level($0) } ?? .info
        self.write = write
    }

    /// This process's standard output, as its environment says. The variables do not change while it runs.
    static let standard = Self(
        format: Platform.environmentValue(LogFormat.variable),
        level: Platform.environmentValue(LogSeverity.variable),
        write: { StandardOutput.write($0) }
    )
}

extension Logger.Level {
    fileprivate init(_ severity: LogSeverity) {
        switch severity {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .warning: self = .warning
        case .error: self = .error
        case .fatal: self = .critical
        }
    }
}
