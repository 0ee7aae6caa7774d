// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ServiceLifecycle

/// A service whose end is looked at before its group hears of it, so that nothing is asked of Lambda in between.
private struct WatchedService: Service {
    let service: any Service
    let name: String
    let mayThrow: Bool
    let mayReturn: Bool
    let failure: FirstFailure

    func run() async throws {
        do {
            try await self.service.run()
        } catch {
            // What a cancelled service throws is no failure of its own.
            if !self.mayThrow, !Task.isCancelled { self.failure.record(self.name, error) }
            throw error
        }
        guard !self.mayReturn, !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
        self.failure.record(self.name, ServiceEnded())
    }
}

/// A service has returned, and nobody had asked it to.
private struct ServiceEnded: Error, CustomStringConvertible {
    let description = """
        it returned, though nothing had asked it to; for one that may, set its successTerminationBehavior to ignore
        """
}

extension ServiceGroupConfiguration.ServiceConfiguration {
    func watched(_ failure: FirstFailure) -> Self {
        var watched = self
        watched.service = WatchedService(
            service: self.service,
            name: self.serviceName,
            mayThrow: self.failureTerminationBehavior.isIgnored,
            mayReturn: !self.successTerminationBehavior.cancelsGroup,
            failure: failure
        )
        return watched
    }
}

extension ServiceGroupConfiguration.ServiceConfiguration.TerminationBehavior {
    // The library shows no more of it than its description.
    fileprivate var isIgnored: Bool { self.description == Self.ignore.description }
    fileprivate var cancelsGroup: Bool { self.description == Self.cancelGroup.description }
}
