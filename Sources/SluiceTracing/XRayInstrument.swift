// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
internal import SluiceWire
public import Tracing

extension ServiceContext {
    /// The X-Ray trace of the invocation, such as `Root=1-5bef4de7-…;Parent=…;Sampled=1`, as Lambda gave it.
    public var xRayTraceID: String? {
        get { self[XRayTraceIDKey.self] }
        set { self[XRayTraceIDKey.self] = newValue }
    }
}

private enum XRayTraceIDKey: ServiceContextKey {
    typealias Value = String
    static var nameOverride: String? { "x-amzn-trace-id" }
}

/// Hands the X-Ray trace of an invocation on: into `X-Amzn-Trace-Id` of the requests that a function sends.
///
/// By itself, where Lambda's own trace is all that is wanted, or beside a tracer:
///
/// ```swift
/// import Sluice
/// import SluiceTracing
/// import Tracing
///
/// func bootstrap(_ tracer: any Tracer) {
///     InstrumentationSystem.bootstrap(MultiplexInstrument([tracer, XRayInstrument()]))
/// }
/// ```
///
/// Clients that know swift-distributed-tracing, such as AsyncHTTPClient, ask it by themselves. For another:
///
/// ```swift
/// import Sluice
/// import SluiceTracing
/// import Tracing
///
/// var fields: HTTPFields = [:]
/// if let context = ServiceContext.current {
///     InstrumentationSystem.instrument.inject(context, into: &fields, using: HTTPFieldsInjector())
/// }
/// ```
///
/// The header is passed on as it came. (AWS X-Ray Developer Guide, "Tracing header".)
public struct XRayInstrument: Instrument {
    static let field = RuntimeAPIHeader.known("X-Amzn-Trace-Id")

    /// An instrument without settings.
    public init() {}

    /// Reads the header.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let traceID = extractor.extract(key: Self.field.rawName, from: carrier) else { return }
        context.xRayTraceID = traceID
    }

    /// Writes the header, when the context has a trace.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let traceID = context.xRayTraceID else { return }
        injector.inject(traceID, forKey: Self.field.rawName, into: &carrier)
    }
}

/// Puts a trace into the fields of a request; one that is there already gives way.
public struct HTTPFieldsInjector: Injector {
    /// An injector without settings.
    public init() {}

    /// Sets the field. What cannot be a field is left out.
    public func inject(_ value: String, forKey key: String, into fields: inout HTTPFields) {
        guard let name = HTTPField.Name(key), HTTPField.isValidValue(value) else { return }
        // Not by subscript: the setter of HTTPFields splits cookies with a regular expression, and links its parser.
        var others = HTTPFields()
        others.append(contentsOf: fields.filter { $0.name != name })
        others.append(HTTPField(name: name, value: value))
        fields = others
    }
}
