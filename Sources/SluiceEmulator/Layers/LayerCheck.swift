// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire
internal import Subprocess

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

#if canImport(System)
internal import struct System.FilePath
#else
internal import struct SystemPackage.FilePath
#endif

/// Whether layers can be shown to functions here: tried once before the service starts, so that no function fails of it.
enum LayerCheck {
    /// - Returns: how processes are started that have layers; `nil` if none have.
    static func run(_ configuration: EmulatorConfiguration) async throws(EmulatorError) -> LayerMount? {
        let all = configuration.functions.compactMap(\.layers)
        guard !all.isEmpty else { return nil }
        #if os(Linux)
        if let folder = all.lazy.flatMap(\.folders).first(where: { $0.hasPrefix(Layers.place + "/") }) {
            throw Self.error("\(folder) is in /opt itself, which it would cover; move it elsewhere")
        }
        guard access(Layers.place, F_OK) == 0 else {
            throw Self.error("this machine has no folder /opt to show them at; make an empty one: mkdir /opt")
        }
        guard let mount = LayerMount(searchPath: configuration.hostVariables["PATH"]) else {
            throw Self.error("the programs unshare and mount are not installed: apt-get install util-linux mount")
        }
        var tried: Set<[String]> = []
        for layers in all where tried.insert(layers.folders).inserted {
            if let reason = await Self.attempt(mount, layers) { throw Self.error(reason) }
        }
        return mount
        #else
        throw Self.error("they need Linux")
        #endif
    }

    /// - Returns: what went wrong.
    private static func attempt(_ mount: LayerMount, _ layers: Layers) async -> String? {
        var variables: [String: String] = [:]
        let command = mount.start(["/bin/sh", "-c", ":"], with: layers, variables: &variables)
        do {
            let result = try await Subprocess.run(
                .path(FilePath(command[0])),
                arguments: Arguments(Array(command.dropFirst())),
                environment: .custom([Environment.Key: String]()),
                workingDirectory: "/",
                input: .none,
                output: .discarded,
                error: .string(limit: Limits.layerComplaintBytes)
            )
            guard !result.terminationStatus.isSuccess else { return nil }
            let words = result.standardError.split(separator: "\n").joined(separator: "; ")
            return Self.advice(words.isEmpty ? "\(result.terminationStatus)" : words)
        } catch {
            return Self.advice("\(error)")
        }
    }

    private static func advice(_ words: String) -> String {
        "\(words). That needs unshare and mount of util-linux 2.36 (apt-get install util-linux mount), and a system that lets "
            + "this user make namespaces and mount overlays in them, as a container does with --privileged. No layer may "
            + "lie in another"
    }

    private static func error(_ reason: String) -> EmulatorError {
        EmulatorError(.layersUnavailable, "layers cannot be shown at /opt: \(reason). --extensions works without.")
    }
}
