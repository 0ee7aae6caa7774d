// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import SluiceHTTPServer
package import SluiceServiceWire

/// The Runtime API of one execution environment, as its owner sees it: `RuntimeAPISession` for one invocation at a time,
/// `ManagedRuntimeSession` for several.
package protocol RuntimeAPI: RequestRouter {
    var delegate: (any RuntimeAPISessionDelegate)? { get set }
    /// Those of the environment; `nil` where there is no Extensions API.
    var extensions: ExtensionsSession? { get set }
    /// The runtime's `/next` is open, and there is no invocation with it.
    var isWaiting: Bool { get }
    /// A response that waits for its caller to read is under way.
    var isHeldUpByCaller: Bool { get }

    /// Gives the runtime an invocation, now or when it asks.
    func assign(_ invocation: Invocation, relay: InvocationRelay)
    /// The extensions are through too.
    func releaseNext()
    func deadlinePassed() -> EnvironmentMachine.OnDeadline
    func initFailed() -> EnvironmentMachine.OnDeadline
    func processGone() -> EnvironmentMachine.OnProcessGone
    /// The environment is over. `failure` is told to callers who still wait.
    func end(isTimeout: Bool, _ failure: (_ requestID: String) -> InvocationFailure)
}
