// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import Testing

@Suite struct MountedFileSystemTests {
    private static let mounts = """
        22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/vda rw
        23 22 0:22 / /tmp rw shared:2 - tmpfs tmpfs rw
        24 23 0:23 / /tmp/disk rw - xfs /dev/vdb rw
        25 22 0:24 / /run rw - tmpfs tmpfs rw
        26 25 0:25 / /run rw - btrfs /dev/vdc rw
        """

    @Test(arguments: [
        ("/", "ext4"), ("/tmpx", "ext4"), ("/tmp", "tmpfs"), ("/tmp/sluice-0", "tmpfs"), ("/tmp/disk", "xfs"),
        ("/tmp/disk/x", "xfs"), ("/run/user", "btrfs"), ("/home/me", "ext4"),
    ])
    func theMountThatIsNearestHoldsAFolder(folder: String, type: String) {
        #expect(MountedFileSystem(of: folder, mountInfo: Self.mounts)?.type == type)
        #expect(MountedFileSystem(of: folder, mountInfo: Self.mounts)?.isMemory == (type == "tmpfs"))
    }

    @Test(arguments: ["", "x", "1 2 3 / /", "1 2 3 / / rw -", "1 2 3 / /else rw - tmpfs t rw"])
    func withoutAMountNothingIsKnown(text: String) {
        #expect(MountedFileSystem(of: "/tmp", mountInfo: text) == nil)
    }
}
