// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire

extension ExtensionHost {
    /// What an environment has to know to start external extensions.
    struct Setup {
        let function: ExtensionFunction
        /// How many there may be, internal ones among them.
        let limit: Int
        /// Asked for at each start: they may have changed.
        let files: () -> [ExtensionFile]
        /// Starts the process. Answers whether it can be started.
        let launch: (ExternalExtension) -> Bool
    }
}

extension ExtensionHost.Setup {
    /// - Parameter launch: has a process started; false when the service cannot take any more.
    init(
        for function: FunctionConfiguration,
        in service: EmulatorConfiguration,
        place: EnvironmentPlace,
        eventLoop: any EventLoop,
        launch: @escaping (LaunchRequest) -> Bool
    ) {
        self.function = ExtensionFunction(
            name: function.name,
            handler: function.variables["_HANDLER"] ?? "bootstrap",
            accountID: service.accountID
        )
        self.limit = service.limits[.extensions]
        self.files = { ExtensionFile.all(in: function.extensionFolders, layers: function.layers) }
        self.launch = { process in
            let variables = EnvironmentVariables.variables(
                for: function,
                in: service,
                runtimeAPI: "127.0.0.1:\(process.runtimeAPIPort)",
                place: place
            )
            return launch(
                LaunchRequest(
                    process: NIOLoopBound(process as any LaunchedProcess, eventLoop: eventLoop),
                    attempt: 1,
                    eventLoop: eventLoop,
                    command: [process.file.path],
                    variables: EnvironmentVariables.ofExtension(variables),
                    workingDirectory: function.workingDirectory,
                    layers: function.layers,
                    groups: place.groups
                )
            )
        }
    }
}
