// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceEmulator

/// What is said when the service listens: where, and what to type.
enum Greeting {
    static func lines(
        _ addresses: Emulator.Addresses,
        functions: [FunctionConfiguration],
        style: TerminalStyle
    ) -> [String] {
        var lines = ["", style.paint(.bold, "Local Lambda") + " at \(addresses.endpoint)", ""]
        for function in functions {
            guard let url = addresses.functionURLs.first(where: { $0.name == function.name }) else {
                lines += Self.linesOfIsolated(function.name, addresses, style)
                continue
            }
            let address = addresses.functionURL(port: url.port)
            let byHost = "http://\(url.name).lambda-url.localhost:\(addresses.endpointPort)/"
            lines.append("  \(style.paint(.cyan, url.name))  \(function.invokeMode.rawValue)")
            lines.append("    Function URL  \(style.paint(.bold, address))")
            lines.append("                  \(byHost)")
            lines.append("    try")
            lines.append("      curl -N \(address)")
            lines.append("      \(Self.invokeCommand(url.name, addresses)) --stream --timeline")
        }
        return lines + [""] + (PathHint.lines + ["Ctrl-C stops it."]).map { style.paint(.dim, $0) } + [""]
    }

    private static func linesOfIsolated(
        _ name: String,
        _ addresses: Emulator.Addresses,
        _ style: TerminalStyle
    ) -> [String] {
        [
            "  \(style.paint(.cyan, name))  an environment for each tenant, and no Function URL",
            "    try",
            "      \(Self.invokeCommand(name, addresses)) --stream --header 'X-Amz-Tenant-Id: blue'",
        ]
    }

    /// `sluice invoke NAME`, with the endpoint if it is not where the command looks by itself.
    static func invokeCommand(_ name: String, _ addresses: Emulator.Addresses) -> String {
        let option = addresses.endpointPort == 9000 ? "" : " --endpoint \(addresses.endpoint)"
        return "sluice invoke \(name)\(option)"
    }
}
