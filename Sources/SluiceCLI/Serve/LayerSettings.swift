// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import SluiceEmulator
internal import SluiceWire

/// The option that names layers; it holds for every function of the command.
struct LayerSettings: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A folder that functions and extensions see at /opt, as a layer on Lambda; can be repeated, up to "
                + "\(Limits.maximumLayers) times. What comes later wins.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var layer: [String] = []

    func validate() throws {
        guard self.layer.count <= Limits.maximumLayers else {
            throw ValidationError(
                "--layer is given \(self.layer.count) times, and a function may have \(Limits.maximumLayers) layers."
            )
        }
        var seen: Set<String> = []
        for folder in self.layer {
            if folder.hasSuffix(".zip"), HostProcess.absolutePath(ofFolder: folder) == nil {
                throw ValidationError(
                    "--layer \(folder): it is a zip; unpack it, and name the folder: unzip -d layer \(folder)."
                )
            }
            try HostProcess.checkIsFolder(folder, option: "--layer")
            guard seen.insert(HostProcess.realPath(folder)).inserted else {
                throw ValidationError("--layer \(folder) is given twice.")
            }
        }
    }

    func apply(to function: inout FunctionConfiguration) {
        function.layerFolders = self.layer.map { HostProcess.realPath($0) }
    }
}
