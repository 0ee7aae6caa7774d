// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Which file system a folder is in, as the kernel's table of mounts tells it. (proc(5): `/proc/self/mountinfo`.)
package struct MountedFileSystem: Hashable, Sendable {
    /// The kernel's name for it, such as `ext4` or `tmpfs`.
    package let type: String

    /// `nil` where no mount holds the folder.
    ///
    /// - Parameter folder: an absolute path without symbolic links.
    package init?(of folder: String, mountInfo: String) {
        var best: (length: Int, type: Substring)?
        for line in mountInfo.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 4, let mark = fields.firstIndex(of: "-"), fields.count > mark + 1 else { continue }
            let point = fields[4] == "/" ? "" : fields[4]
            guard folder == point || folder.hasPrefix(point + "/") else { continue }
            // Of two at one place the later one covers the other.
            if point.utf8.count >= best?.length ?? 0 { best = (point.utf8.count, fields[mark + 1]) }
        }
        guard let best else { return nil }
        self.type = String(best.type)
    }

    /// Its files are memory.
    package var isMemory: Bool { self.type == "tmpfs" || self.type == "ramfs" }
}
