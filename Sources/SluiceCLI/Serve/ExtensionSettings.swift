// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import SluiceEmulator

/// The option that names external extensions; it holds for every function of the command.
struct ExtensionSettings: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A folder whose programs run as external extensions beside each function, as /opt/extensions on Lambda; can "
                + "be repeated.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var extensions: [String] = []

    func validate() throws {
        for folder in self.extensions { try HostProcess.checkIsFolder(folder, option: "--extensions") }
    }

    func apply(to function: inout FunctionConfiguration) {
        function.extensionFolders = self.extensions.map { HostProcess.absolutePath($0) }
    }
}
