// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The extensions of an environment, for one life of its processes.
final class ExtensionHost {
    let session: ExtensionsSession
    private let setup: Setup
    private let files: [ExtensionFile]
    private weak var environment: ExecutionEnvironment?
    private var processes: [ExternalExtension] = []
    /// External extensions have a port of their own: what they keep open says nothing of a runtime that has ended.
    private var listener: (any Channel)?
    private let connections = ConnectionSet()
    private var isKilled = false
    private var whenGone: (() -> Void)?
    private var whenEnded: (() -> Void)?

    init(_ setup: Setup, of environment: ExecutionEnvironment) {
        self.setup = setup
        self.files = setup.files()
        self.environment = environment
        self.session = ExtensionsSession(
            of: setup.function,
            external: self.files.map(\.name),
            limit: setup.limit,
            allowsInvoke: environment.managed == nil,
            makeIdentifier: Identifiers.uuid
        )
        self.session.delegate = self
    }

    // MARK: Start

    /// Starts the external extensions; the environment's runtime is started when they have registered.
    func start() {
        guard let environment = self.environment else { return }
        guard !self.files.isEmpty else { return environment.startRuntime() }
        guard self.files.count <= self.setup.limit else {
            let words = "an environment with \(self.files.count) external extensions was not started"
            environment.record(.note(ServiceLimit.extensions.note(words, value: self.setup.limit)))
            return environment.extensionFailed(.tooMany(limit: self.setup.limit))
        }
        HTTP1Listener.bind(
            host: "127.0.0.1",
            port: 0,
            router: environment.router,
            connections: self.connections,
            bounds: .runtimes,
            onFault: { [weak environment] fault in
                environment?.record(.note("a connection of an extension was ended with \(fault)"))
            },
            on: environment.eventLoop
        ).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel) where self.isKilled: channel.close(promise: nil)
            case .success(let channel):
                self.listener = channel
                self.launch(port: channel.localAddress?.port ?? 0)
            case .failure(let error):
                self.ownEnvironment?.extensionFailed(
                    .couldNotStart(self.files[0].name, reason: "no port for it: \(error)")
                )
            }
        }
    }

    private func launch(port: Int) {
        for file in self.files {
            let process = ExternalExtension(
                file,
                runtimeAPIPort: port,
                place: self.environment?.place,
                host: self
            )
            guard self.setup.launch(process) else {
                self.environment?.extensionFailed(
                    .couldNotStart(file.name, reason: "too many processes are being started at once")
                )
                return
            }
            self.processes.append(process)
        }
    }

    // MARK: The processes

    func printed(_ line: String, by name: String) {
        guard let environment = self.environment else { return }
        environment.record(.extensions(.output(environment: environment.id.number, name: name, line: line)))
    }

    func ended(_ process: ExternalExtension, _ failure: ExtensionFailure) {
        let errorType = failure.errorType == "Extension.LaunchError" ? failure.errorType : nil
        switch self.session.externalGone(process.file.name, errorType: errorType) {
        case .fail: self.ownEnvironment?.extensionFailed(failure)
        case .allGone: self.callWhenGone()
        case .goOn: break
        }
        self.callWhenEnded()
    }

    private func callWhenGone() {
        let action = self.whenGone
        self.whenGone = nil
        action?()
    }

    private func callWhenEnded() {
        guard self.processes.allSatisfy(\.isGone) else { return }
        let action = self.whenEnded
        self.whenEnded = nil
        action?()
    }

    /// Ends what there is, and calls `action` once, when no process is left.
    func kill(whenEnded action: @escaping () -> Void) {
        self.kill()
        self.whenEnded = action
        self.callWhenEnded()
    }
}

extension ExtensionHost: EnvironmentExtensions {
    var everyoneIsWaiting: Bool { self.session.everyoneIsWaiting }
    var shutdownBudget: ShutdownBudget { self.session.shutdownBudget }

    var processGroups: [ProcessGroup] { self.processes.filter { !$0.isGone }.compactMap(\.group) }

    func freeze() { for process in self.processes { process.freeze() } }
    func thaw() { for process in self.processes { process.thaw() } }

    func shutDown(_ reason: ShutdownReason, deadlineEpochMilliseconds: Int64, whenGone: @escaping () -> Void) {
        // On their way out they want what there is of their telemetry.
        self.environment?.telemetry.flush()
        let shutdown = self.session.shutdownBegan(reason, deadlineEpochMilliseconds: deadlineEpochMilliseconds)
        guard !shutdown.isOver else { return whenGone() }
        self.whenGone = whenGone
        for process in self.processes where shutdown.kill.contains(process.file.name) { process.kill() }
    }

    func kill() {
        self.isKilled = true
        for process in self.processes { process.kill() }
        self.listener?.close(promise: nil)
        self.listener = nil
        self.connections.closeAll()
    }
}

extension ExtensionHost: ExtensionsSessionDelegate {
    /// The environment, unless others have taken the place of these.
    private var ownEnvironment: ExecutionEnvironment? {
        self.environment.flatMap { $0.extensions === self && !self.isKilled ? $0 : nil }
    }

    func everyExternalExtensionRegistered() { self.ownEnvironment?.startRuntime() }
    func everyoneAskedForNext() { self.ownEnvironment?.session.releaseNext() }
    func extensionFailed(_ failure: ExtensionFailure) { self.ownEnvironment?.extensionFailed(failure) }

    func extensionSubscribed(_ name: String, to subscription: TelemetrySubscription) -> ExtensionRefusal? {
        guard let environment = self.ownEnvironment else { return .subscriptionClosed }
        return environment.subscribe(name, to: subscription)
    }

    func extensionRefused(_ text: String) { self.environment?.record(.note(text)) }
}
