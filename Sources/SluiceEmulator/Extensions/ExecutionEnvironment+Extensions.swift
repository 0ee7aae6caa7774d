// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

extension ExecutionEnvironment {
    /// Starts extensions for the processes that come now, and then the runtime. Those that were there before end first:
    /// they may hold a port that their successors want.
    func startExtensions(_ setup: ExtensionHost.Setup) {
        guard let former = self.extensions else { return self.startExtensionsNow(setup) }
        self.telemetry.reset()
        former.kill { self.startExtensionsNow(setup) }
    }

    private func startExtensionsNow(_ setup: ExtensionHost.Setup) {
        guard self.endingReason == nil else { return }
        self.telemetry.send(
            .initStart(
                function: self.function.name,
                type: self.function.initializationType,
                phase: self.telemetry.initPhase,
                memoryMegabytes: self.function.memoryMegabytes,
                at: WallClock.epochMilliseconds()
            )
        )
        let host = ExtensionHost(setup, of: self)
        self.extensions = host
        self.session.extensions = host.session
        host.start()
    }

    /// Lambda starts environment and all anew when an extension ends or says that it cannot go on.
    func extensionFailed(_ failure: ExtensionFailure) {
        guard self.endingReason == nil, !self.isReplacing else { return }
        self.noticeKernelsKill()
        self.record(.extensions(.failed(environment: self.id.number, failure)))
        if self.retryInit(after: failure.invocationFailure(requestID: "")) { return self.endFailedProcess() }
        self.end(reason: "\(failure.errorType): \(failure.message)", as: .failure) {
            failure.invocationFailure(requestID: $0)
        }
    }

    func subscribe(_ name: String, to subscription: TelemetrySubscription) -> ExtensionRefusal? {
        let refusal = self.telemetry.subscribe(name, to: subscription) { [weak self] trouble in
            self?.record(.note(trouble))
        }
        if refusal == nil {
            self.record(.extensions(.subscribed(environment: self.id.number, name: name, types: subscription.types)))
        }
        return refusal
    }
}
