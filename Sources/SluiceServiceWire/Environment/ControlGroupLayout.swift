// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Where on this machine a control group could be made, as the kernel's own files tell it.
///
/// (cgroups(7) and proc(5): `/proc/self/mountinfo` and `/proc/self/cgroup`.)
package struct ControlGroupLayout: Hashable, Sendable {
    /// The two interfaces that Linux has for it.
    package enum Version: Hashable, Sendable { case one, two }

    /// What a group is to limit, by the kernel's name for it.
    package enum Controller: String, Sendable {
        case processors = "cpu"
        case memory
    }

    package struct Candidate: Hashable, Sendable {
        package let version: Version
        /// A folder of the hierarchy in which a group would be made.
        package let folder: String
    }

    /// The service's own group and those above it, the nearest first; of the newer interface before the older one.
    package let candidates: [Candidate]

    package init(of controller: Controller, mountInfo: String, ownGroups: String) {
        var newer: [Candidate] = []
        var older: [Candidate] = []
        for mount in mountInfo.split(separator: "\n").compactMap({ Mount($0, of: controller) }) {
            guard let own = Self.ownPath(in: ownGroups, for: mount.version, controller) else { continue }
            let candidates = mount.folders(from: own).map { Candidate(version: mount.version, folder: $0) }
            switch mount.version {
            case .two: newer += candidates
            case .one: older += candidates
            }
        }
        self.candidates = newer + older
    }

    /// A line of `/proc/self/cgroup` is `number:controllers:path`; the newer interface's has no controllers.
    private static func ownPath(
        in text: String,
        for version: Version,
        _ controller: Controller
    ) -> Substring? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            switch version {
            case .two where parts[0] == "0" && parts[1].isEmpty: return parts[2]
            case .one where Self.names(in: parts[1]).contains(controller): return parts[2]
            case .one, .two: break
            }
        }
        return nil
    }

    private static func names(in text: Substring) -> [Controller] {
        text.split(separator: ",").compactMap { Controller(rawValue: String($0)) }
    }

    /// A hierarchy that is mounted here, and may have that controller.
    private struct Mount {
        let version: Version
        /// The part of the hierarchy that is mounted, and where.
        let root: Substring
        let point: Substring

        init?(_ line: Substring, of controller: Controller) {
            let fields = line.split(separator: " ")
            guard fields.count > 4, let mark = fields.firstIndex(of: "-"), fields.count > mark + 3 else { return nil }
            switch fields[mark + 1] {
            case "cgroup2": self.version = .two
            case "cgroup" where ControlGroupLayout.names(in: fields[mark + 3]).contains(controller): self.version = .one
            default: return nil
            }
            self.root = fields[3]
            self.point = fields[4]
        }

        func folders(from own: Substring) -> [String] {
            var path = own
            if self.root != "/" {
                guard path.hasPrefix(self.root) else { return [] }
                path = path.dropFirst(self.root.count)
            }
            var parts = path.split(separator: "/")
            // A group outside of what this process may see.
            guard !parts.contains("..") else { return [] }
            var folders: [String] = []
            while true {
                folders.append(([String(self.point)] + parts.map(String.init)).joined(separator: "/"))
                guard parts.popLast() != nil else { return folders }
            }
        }
    }
}
