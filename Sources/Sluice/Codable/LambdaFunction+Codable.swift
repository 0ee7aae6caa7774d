// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Codable
internal import NIOCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension LambdaFunction {
    /// A function that gets its event as a value, and answers with one, as JSON of at most 6 MiB.
    ///
    /// ```swift
    /// import Sluice
    ///
    /// struct Order: Codable { var tea: String, pots: Int }
    /// struct Receipt: Codable { var minutes: Int }
    ///
    /// LambdaFunction(decoding: Order.self) { order, context in
    ///     Receipt(minutes: order.pots * 3)
    /// }.run()
    /// ```
    ///
    /// An event that is no such value is the invocation's error, `Function.InvalidEvent`; its message has the place in
    /// the event, and what was expected there. The handler does not run.
    ///
    /// - Parameters:
    ///   - type: What an event is.
    ///   - decoder: Reads events: set its `dateDecodingStrategy` and what else they need before.
    ///   - encoder: Writes results.
    ///   - handler: A result that cannot be encoded fails the invocation with `Function.EncodingError`.
    public init<Event: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        decoding type: Event.Type,
        decoder: JSONDecoder = JSONDecoder(),
        encoder: JSONEncoder = JSONEncoder(),
        _ handler: @escaping @Sendable (_ event: Event, _ context: InvocationContext) async throws -> Output
    ) {
        self.init { event, context in
            let event: Event = try Self.event(event, decoder)
            return .bytes(try JSONCoding.encode(try await handler(event, context), encoder))
        }
    }

    /// A function that gets its event as a value, and streams its answer or makes it in another form; otherwise as with an
    /// encoded result.
    public init<Event: Decodable & SendableMetatype>(
        decoding type: Event.Type,
        decoder: JSONDecoder = JSONDecoder(),
        _ handler: @escaping @Sendable (_ event: Event, _ context: InvocationContext) async throws -> LambdaResult
    ) {
        self.init { event, context in
            let event: Event = try Self.event(event, decoder)
            return try await handler(event, context)
        }
    }

    /// The same for a function that prepares something once; see init(setUp:_:).
    public init<State: Sendable, Event: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        decoding type: Event.Type,
        decoder: JSONDecoder = JSONDecoder(),
        encoder: JSONEncoder = JSONEncoder(),
        setUp: @escaping @Sendable (_ lifecycle: FunctionLifecycle) async throws -> State,
        _ handler:
            @escaping @Sendable (
                _ state: State, _ event: Event, _ context: InvocationContext
            ) async throws -> Output
    ) {
        self.init(setUp: setUp) { state, event, context in
            let event: Event = try Self.event(event, decoder)
            return .bytes(try JSONCoding.encode(try await handler(state, event, context), encoder))
        }
    }

    /// The same for a function that prepares something once, and streams its answer.
    public init<State: Sendable, Event: Decodable & SendableMetatype>(
        decoding type: Event.Type,
        decoder: JSONDecoder = JSONDecoder(),
        setUp: @escaping @Sendable (_ lifecycle: FunctionLifecycle) async throws -> State,
        _ handler:
            @escaping @Sendable (
                _ state: State, _ event: Event, _ context: InvocationContext
            ) async throws -> LambdaResult
    ) {
        self.init(setUp: setUp) { state, event, context in
            let event: Event = try Self.event(event, decoder)
            return try await handler(state, event, context)
        }
    }

    private static func event<Event: Decodable & SendableMetatype>(
        _ json: ByteBuffer,
        _ decoder: JSONDecoder
    ) throws(UnusableResult) -> Event {
        do throws(DecodingProblem) {
            return try JSONCoding.decode(Event.self, from: json, decoder)
        } catch {
            throw UnusableResult(type: "Function.InvalidEvent", message: "the event is no \(Event.self): \(error.text)")
        }
    }
}
#endif
