// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import ServiceLifecycle
public import Sluice

extension LambdaFunction {
    /// The same function, with services that run beside it for as long as its process lives.
    ///
    /// ```swift
    /// import ServiceLifecycle
    /// import Sluice
    /// import SluiceServiceLifecycle
    ///
    /// struct PricePoller: Service {
    ///     func run() async throws {
    ///         try await gracefulShutdown()
    ///     }
    /// }
    ///
    /// LambdaFunction { event, context in .bytes(event) }
    ///     .with(services: [PricePoller()])
    ///     .run()
    /// ```
    ///
    /// They begin in the order given, before the function's `setUp`, and on its event loop: one that blocks or computes
    /// for long belongs on another executor. They end in the reverse order, the function first, when Lambda sends
    /// `SIGTERM`. That it does is seen to, as by FunctionLifecycle/onShutdown(_:), and the same 500 ms are for all.
    ///
    /// * A service that throws before the function asks for its first invocation has failed in initialisation: Lambda
    ///   is told so, and the process ends with code 1. A function that needs a service to be ready waits for that in
    ///   `setUp`.
    /// * One that throws or returns later, without having been asked to, ends the process with code 1 and a line on
    ///   standard error that names it. An invocation under way then fails.
    /// * Between invocations Lambda freezes the process, and services stand still, too.
    public func with(services: [any Service]) -> Self {
        self.with(services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) })
    }

    /// The same with a name and with what follows from its end for each service, such as nothing for one that only
    /// prepares something and returns.
    public func with(services: [ServiceGroupConfiguration.ServiceConfiguration]) -> Self {
        var function = self
        let earlier = (self.company as? ServiceCompany)?.services ?? []
        function.company = ServiceCompany(services: earlier + services, logger: self.logger)
        return function
    }
}

extension HTTPFunction {
    /// The same function, with services that run beside it; see `LambdaFunction`.
    public func with(services: [any Service]) -> Self {
        var function = self
        function.function = self.function.with(services: services)
        return function
    }

    /// The same with a name and with what follows from its end for each service.
    public func with(services: [ServiceGroupConfiguration.ServiceConfiguration]) -> Self {
        var function = self
        function.function = self.function.with(services: services)
        return function
    }
}
