// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
public import Hummingbird
internal import Logging
internal import ServiceLifecycle
public import Sluice
internal import SluiceServiceLifecycle

extension HTTPFunction {
    /// A Hummingbird application as a function. It is not changed: router, middleware, services and context are what they
    /// are behind its own server, which is not started.
    ///
    /// ```swift
    /// import Hummingbird
    /// import SluiceHummingbird
    ///
    /// let router = Router()
    /// router.get("/") { _, _ in "hello\n" }
    /// let app = Application(router: router)
    ///
    /// HTTPFunction(app).run()
    /// ```
    ///
    /// Its services run beside it, its `beforeServerStarts` processes before the first request is asked for. Bodies are
    /// streamed where the source of a request can (`HTTPFunction.responseMode`), with backpressure: a write returns when
    /// there is room. What a body throws after its head ends the stream with that error; what the application's responder
    /// throws is answered with 500, as by Hummingbird's server.
    ///
    /// Trailers are left out, since Lambda's callers get none. `onServerRunning` is not called.
    public init<App: ApplicationProtocol>(_ application: App) {
        self.init(application: { application })
    }

    /// The same for an application that is built asynchronously, which happens in the function's initialisation. An error
    /// that is thrown then reaches `/init/error`.
    ///
    /// ```swift
    /// import Hummingbird
    /// import SluiceHummingbird
    ///
    /// func buildApplication() async throws -> some ApplicationProtocol {
    ///     let router = Router()
    ///     router.get("/") { _, _ in "hello\n" }
    ///     return Application(router: router)
    /// }
    ///
    /// HTTPFunction(application: { try await buildApplication() }).run()
    /// ```
    public init<App: ApplicationProtocol>(application build: @escaping @Sendable () async throws -> App) {
        let built = BuiltApplication<App>()
        self.init(
            setUp: { _ in
                let application = try built.value()
                for process in application.processesRunBeforeServerStart { try await process() }
                return HummingbirdResponder(
                    try await application.responder,
                    logger: application.logger,
                    serverName: application.configuration.serverName
                )
            },
            { responder, request, context in await responder.respond(to: request, context) }
        )
        let logger = self.logger
        self.function.company = ApplicationCompany(logger: logger) {
            let application = try await build()
            built.set(application)
            return application.services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        }
    }

    /// A router as a function, with contexts that are made of Hummingbird's own source.
    ///
    /// ```swift
    /// import Hummingbird
    /// import SluiceHummingbird
    ///
    /// let router = Router()
    /// router.get("/") { _, _ in "hello\n" }
    ///
    /// HTTPFunction(router: router).run()
    /// ```
    public init<Builder: HTTPResponderBuilder>(router: Builder)
    where Builder.Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        self.init(Application(router: router))
    }

    /// A router whose contexts are made of the event: ``LambdaRequestContextSource``.
    ///
    /// ```swift
    /// import Hummingbird
    /// import SluiceHummingbird
    ///
    /// struct LambdaContext: RequestContext {
    ///     typealias Source = LambdaRequestContextSource
    ///     var coreContext: CoreRequestContextStorage
    ///     let caller: String
    ///
    ///     init(source: LambdaRequestContextSource) {
    ///         self.coreContext = .init(source: source)
    ///         self.caller = source.request.sourceIP
    ///     }
    /// }
    ///
    /// let router = Router(context: LambdaContext.self)
    /// router.get("/whoami") { _, context in context.caller + "\n" }
    ///
    /// HTTPFunction(router: router).run()
    /// ```
    public init<Builder: HTTPResponderBuilder>(router: Builder)
    where Builder.Responder.Context: InitializableFromSource<LambdaRequestContextSource> {
        let responder = HummingbirdResponder(lambda: router.buildResponder())
        self.init { request, context in await responder.respond(to: request, context) }
    }
}
#endif
