// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore

/// What can be asked of a local Lambda while it runs. After its end every call does nothing.
package struct EmulatorControl: Sendable {
    private let service: NIOLoopBound<LambdaService>
    let eventLoop: any EventLoop

    init(service: NIOLoopBound<LambdaService>, eventLoop: any EventLoop) {
        self.service = service
        self.eventLoop = eventLoop
    }

    /// The code of these functions has changed: invocations from now on get new environments, and those under way finish
    /// in theirs.
    ///
    /// - Parameter functions: by name; `nil` for all.
    package func renew(_ functions: Set<String>? = nil) async {
        await self.run { $0.renew(functions) }
    }

    /// Enters an event into the service's log.
    package func record(_ kind: LogEvent.Kind) async {
        await self.run { $0.log.record(kind) }
    }

    /// The same, for who is on the event loop.
    func recordOnLoop(_ kind: LogEvent.Kind) { self.service.value.log.record(kind) }

    private func run(_ action: @escaping @Sendable (LambdaService) -> Void) async {
        let service = self.service
        // It fails only when the loop is gone, and with it everything that could be asked for.
        try? await self.eventLoop.submit { action(service.value) }.get()
    }
}
