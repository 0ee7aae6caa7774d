// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceServiceWire
internal import SluiceWire

/// The process of an external extension.
final class ExternalExtension: LaunchedProcess {
    let file: ExtensionFile
    let runtimeAPIPort: Int
    private weak var host: ExtensionHost?
    private let run: RunFolder?
    private(set) var group: ProcessGroup?
    /// By which a later start of the service would find the group.
    private var record: GroupRecord?
    private var isKilled = false
    private(set) var isGone = false

    init(_ file: ExtensionFile, runtimeAPIPort: Int, place: EnvironmentPlace?, host: ExtensionHost) {
        self.file = file
        self.runtimeAPIPort = runtimeAPIPort
        self.run = place?.run
        self.host = host
    }

    func makeOutput() -> LogLineHandler {
        LogLineHandler { [weak host = self.host, name = self.file.name] line in host?.printed(line, by: name) }
    }

    func processStarted(_ group: ProcessGroup, attempt: Int) {
        self.group = group
        self.record = self.run?.note(group, runtimeAPIPort: self.runtimeAPIPort)
        if self.isKilled { group.kill() }
    }

    func processEnded(_ exit: InvocationFailure.Exit, attempt: Int) {
        // Whatever it started shares its group, and must not outlive it.
        self.group?.kill()
        if let record = self.record { self.run?.forget(record) }
        self.isGone = true
        self.host?.ended(self, .crashed(self.file.name, exit))
    }

    func processCouldNotStart(_ failure: LaunchFailure, attempt: Int) {
        self.isGone = true
        self.host?.ended(self, .couldNotStart(self.file.name, reason: failure.reason))
    }

    func kill() {
        self.isKilled = true
        if !self.isGone { self.group?.kill() }
    }

    func freeze() { if !self.isGone { self.group?.freeze() } }
    func thaw() { if !self.isGone { self.group?.thaw() } }
}
