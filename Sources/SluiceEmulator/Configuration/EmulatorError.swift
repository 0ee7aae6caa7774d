// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The service cannot start. One request's trouble is never thrown: its caller gets it as an answer.
package struct EmulatorError: Error, CustomStringConvertible {
    package struct Code: Hashable, Sendable {
        private enum Value {
            case portUnavailable, duplicateFunction, invalidFunction, processorShareUnavailable, layersUnavailable
        }
        private let value: Value
        package static let portUnavailable = Self(value: .portUnavailable)
        package static let duplicateFunction = Self(value: .duplicateFunction)
        package static let invalidFunction = Self(value: .invalidFunction)
        package static let processorShareUnavailable = Self(value: .processorShareUnavailable)
        package static let layersUnavailable = Self(value: .layersUnavailable)
    }

    package var code: Code
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { self.message }
}

extension EmulatorError {
    static func cannotListen(on port: Int, host: String, cause: any Error) -> Self {
        let reason = (cause as? IOError).flatMap { strerror($0.errnoCode) }.map { String(cString: $0) } ?? "\(cause)"
        return Self(
            .portUnavailable,
            "cannot listen on \(host):\(port): \(reason). End what listens there, or choose another port.",
            cause: cause
        )
    }
}
