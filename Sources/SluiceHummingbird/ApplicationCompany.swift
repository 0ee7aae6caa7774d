// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
internal import Logging
internal import ServiceLifecycle
internal import Sluice
internal import SluiceServiceLifecycle
internal import Synchronization

/// The services of an application, which is built before they can run.
struct ApplicationCompany: FunctionCompany {
    let logger: Logger
    let build: @Sendable () async throws -> [ServiceGroupConfiguration.ServiceConfiguration]

    init(
        logger: Logger,
        _ build: @escaping @Sendable () async throws -> [ServiceGroupConfiguration.ServiceConfiguration]
    ) {
        self.logger = logger
        self.build = build
    }

    func run(
        until termination: @escaping @Sendable () async -> Void,
        _ function: @escaping @Sendable (CompanyMembership) async -> RuntimeFailure
    ) async -> CompanyEnd {
        do {
            let services = try await self.build()
            return await ServiceCompany(services: services, logger: self.logger).run(until: termination, function)
        } catch {
            return .service(name: "the application", error)
        }
    }
}

/// An application, from when it is built.
final class BuiltApplication<App: Sendable>: Sendable {
    private struct NotBuilt: Error {}

    private let application = Mutex<App?>(nil)

    func set(_ application: App) { self.application.withLock { $0 = application } }

    func value() throws -> App {
        guard let application = self.application.withLock({ $0 }) else { throw NotBuilt() }
        return application
    }
}
#endif
