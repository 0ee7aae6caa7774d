// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import Logging
package import ServiceLifecycle
package import Sluice

/// A function and its services as a group of ServiceLifecycle's. The runtime hears the signal itself, so that the group
/// needs no thread for it.
package struct ServiceCompany: FunctionCompany {
    let services: [ServiceGroupConfiguration.ServiceConfiguration]
    let logger: Logger

    package init(services: [ServiceGroupConfiguration.ServiceConfiguration], logger: Logger) {
        self.services = services
        self.logger = logger
    }

    package func run(
        until termination: @escaping @Sendable () async -> Void,
        _ function: @escaping @Sendable (CompanyMembership) async -> RuntimeFailure
    ) async -> CompanyEnd {
        let failure = FirstFailure()
        let member = FunctionService(failure: failure, function: function)
        var services = self.services.map { $0.watched(failure) }
        services.append(.init(service: member, failureTerminationBehavior: .cancelGroup, serviceName: "function"))
        let group = ServiceGroup(configuration: .init(services: services, logger: self.logger))
        let thrown = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                await termination()
                guard !Task.isCancelled else { return }
                await group.triggerGracefulShutdown()
            }
            defer { tasks.cancelAll() }
            do {
                try await group.run()
                return nil as (any Error)?
            } catch {
                return error
            }
        }
        if let (name, error) = failure.first { return .service(name: name, error) }
        if let end = member.end { return .function(end) }
        return thrown.map { .service(name: "ServiceGroup", $0) } ?? .function(.cancelled)
    }
}
