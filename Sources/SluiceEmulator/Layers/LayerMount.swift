// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceServiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// How a process is started with layers at its `/opt`: by programs each of which becomes the next, so that what is started
/// has the number that the service knows. A program that stayed between the two, as others that make namespaces do, would
/// end at a SIGTERM before the function, turn its signals into exit codes, and be the one whose memory is measured.
///
/// ```text
/// unshare ──its own table of mounts──▶ sh ──mount, read-only──▶ the program
///                                       └──no root: unshare, back to the user──▶ sh ──▶ the program
/// ```
struct LayerMount: Sendable {
    private let unshare: String
    private let mount: String

    /// `nil` where these programs are not installed.
    init?(searchPath: String?) {
        guard let unshare = Self.program("unshare", in: searchPath), let mount = Self.program("mount", in: searchPath)
        else { return nil }
        self.unshare = unshare
        self.mount = mount
    }

    private static func program(_ name: String, in searchPath: String?) -> String? {
        let folders = (searchPath ?? "").split(separator: ":").map(String.init)
        return (["/usr/bin", "/bin", "/usr/sbin", "/sbin"] + folders).map { $0 + "/" + name }
            .first { access($0, X_OK) == 0 }
    }

    /// What the loader of programs is told by variables is for the function only: its libraries may not be those that the
    /// programs before it were made for.
    func start(_ command: [String], with layers: Layers, variables: inout [String: String]) -> [String] {
        let withheld = variables.filter { $0.key.hasPrefix("LD_") }
        for name in withheld.keys { variables[name] = nil }
        let assignments = withheld.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
        let last = ["/bin/sh", "-c", Self.exporting, "sh"] + assignments + ["--"] + command
        let mounting = ["/bin/sh", "-c", Self.mounting, "sh", self.mount, Self.options(layers)]
        guard geteuid() != 0 else { return [self.unshare, "--mount", "--"] + mounting + last }
        let back = [self.unshare, "--user", "--map-user=\(geteuid())", "--map-group=\(getegid())", "--"]
        return [self.unshare, "--user", "--map-root-user", "--mount", "--"] + mounting + back + last
    }

    /// The older of the two ways in which a system is asked to mount, since the newer takes no more than 256 bytes.
    private static let mounting =
        "LIBMOUNT_FORCE_MOUNT2=always \"$1\" -t overlay -o \"$2\" sluice-layers /opt || exit; shift 2; exec \"$@\""

    private static let exporting = "while [ \"$1\" != -- ]; do export \"$1\"; shift; done; shift; exec \"$@\""

    /// The first is on top. A colon separates folders, and a comma options.
    private static func options(_ layers: Layers) -> String {
        let folders = layers.folders.reversed().map { folder in
            folder.reduce(into: "") { text, character in
                if "\\:,".contains(character) { text.append("\\") }
                text.append(character)
            }
        }
        return "lowerdir=" + (folders + [Layers.place]).joined(separator: ":")
    }
}
