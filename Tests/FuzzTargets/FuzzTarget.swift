// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// A parser or a machine that takes bytes from outside, and what must hold whatever these bytes are.
///
/// The same targets run in two ways: with libFuzzer, which looks for inputs that reach new code (`Fuzzing/run`), and in
/// the tests, which try everything that was found once, and random changes of it.
public enum FuzzTarget: String, CaseIterable, Sendable {
    case base64
    case errorTrailers
    case eventStream
    case eventStreamHeaders
    case extensionsAPI
    case fields
    case functionURL
    case httpEvents
    case invokeCalls
    case json
    case prelude
    case results
    case runtimeAPI

    /// Tries one input. Returns when all that must hold does; a trap is a finding, too.
    ///
    /// - Parameter input: Any bytes. Longer ones than 64 KiB find no more than shorter ones.
    public func run(_ input: [UInt8]) throws(FuzzFinding) {
        switch self {
        case .base64: try Self.tryBase64(input)
        case .errorTrailers: try Self.tryErrorTrailers(input)
        case .eventStream: try Self.tryEventStream(input)
        case .eventStreamHeaders: try Self.tryEventStreamHeaders(input)
        case .extensionsAPI: try Self.tryExtensionsAPI(input)
        case .fields: try Self.tryFields(input)
        case .functionURL: try Self.tryFunctionURL(input)
        case .httpEvents: try Self.tryHTTPEvents(input)
        case .invokeCalls: try Self.tryInvokeCalls(input)
        case .json: try Self.tryJSON(input)
        case .prelude: try Self.tryPrelude(input)
        case .results: try Self.tryResults(input)
        case .runtimeAPI: try Self.tryRuntimeAPI(input)
        }
    }
}

/// An input for which something does not hold that must.
public struct FuzzFinding: Error, CustomStringConvertible, Sendable {
    /// What does not hold, and with which values.
    public let description: String

    init(_ description: String) { self.description = description }
}

func require(_ holds: Bool, _ claim: @autoclosure () -> String) throws(FuzzFinding) {
    if !holds { throw FuzzFinding(claim()) }
}
