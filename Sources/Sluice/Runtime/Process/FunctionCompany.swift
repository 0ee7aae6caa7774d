// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceWire
internal import Synchronization

/// What runs beside a function in its process, and ends with it: services of a library that Sluice itself does not import.
package protocol FunctionCompany: Sendable {
    /// Runs the function as the last of all, and returns when everything has ended.
    ///
    /// - Parameters:
    ///   - termination: returns when the process is to end.
    ///   - function: what a member is told of the others goes in; it returns when the function has ended.
    func run(
        until termination: @escaping @Sendable () async -> Void,
        _ function: @escaping @Sendable (CompanyMembership) async -> RuntimeFailure
    ) async -> CompanyEnd
}

/// What a function is told of those beside it.
package struct CompanyMembership: Sendable {
    /// Whether nothing has failed yet; asked once, just before the first invocation is asked for.
    package let mayServe: @Sendable () -> Bool
    /// Returns when the function is to end, or when its task is cancelled.
    package let onShutdown: @Sendable () async -> Void

    package init(mayServe: @escaping @Sendable () -> Bool, onShutdown: @escaping @Sendable () async -> Void) {
        self.mayServe = mayServe
        self.onShutdown = onShutdown
    }
}

/// Why all of it ended.
package enum CompanyEnd: Sendable {
    case function(RuntimeFailure)
    case service(name: String, any Error)
}

/// Whether a function has got as far as to ask for its first invocation.
private final class StartPhase: Sendable {
    private let ended = Atomic(false)

    var hasEnded: Bool { self.ended.load(ordering: .acquiring) }
    func end() { self.ended.store(true, ordering: .releasing) }
}

extension FunctionRuntime {
    /// A service that fails before the first invocation is asked for has failed in initialisation, and Lambda is told so;
    /// later there is nobody to be told but the log.
    func run(_ loops: [any EventLoop], in company: any FunctionCompany) async -> RuntimeFailure {
        let start = StartPhase()
        let loop = loops[0]
        let end = await company.run(until: { await self.onTermination(loop) }) { membership in
            let noting = CompanyMembership(
                mayServe: {
                    guard membership.mayServe() else { return false }
                    start.end()
                    return true
                },
                onShutdown: membership.onShutdown
            )
            return await withTaskExecutorPreference(LoopExecutor(loop)) { await self.serve(loops, noting) }
        }
        switch end {
        case .function(let failure):
            return failure
        case .service(let name, let error):
            let report = ErrorReport(reporting: error)
            let reason = "\(name): \(report.errorType): \(report.errorMessage)"
            guard !start.hasEnded else { return .serviceFailed(reason) }
            return await self.reportFailedStart(report, reason, loop)
        }
    }

    private func reportFailedStart(
        _ report: ErrorReport,
        _ reason: String,
        _ loop: any EventLoop
    ) async -> RuntimeFailure {
        let client = RuntimeClient(self.connector, loop: loop, logger: self.function.logger)
        defer { client.close() }
        do throws(RuntimeFailure) {
            try await client.postInitError(report)
            return .initialisationFailed("the service \(reason)")
        } catch {
            return error
        }
    }
}
