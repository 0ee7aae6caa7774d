// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import Testing

@Suite struct ControlGroupLayoutTests {
    private typealias Candidate = ControlGroupLayout.Candidate

    private func candidates(
        _ mounts: String,
        _ own: String,
        of controller: ControlGroupLayout.Controller = .processors
    ) -> [String] {
        ControlGroupLayout(of: controller, mountInfo: mounts, ownGroups: own).candidates.map {
            ($0.version == .two ? "2 " : "1 ") + $0.folder
        }
    }

    private static let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

    @Test func theNearestGroupComesFirstAndThenThoseAboveIt() {
        let found = self.candidates(Self.unified, "0::/user.slice/user@1000.service/app.slice/run-1.scope\n")
        #expect(
            found == [
                "2 /sys/fs/cgroup/user.slice/user@1000.service/app.slice/run-1.scope",
                "2 /sys/fs/cgroup/user.slice/user@1000.service/app.slice",
                "2 /sys/fs/cgroup/user.slice/user@1000.service", "2 /sys/fs/cgroup/user.slice", "2 /sys/fs/cgroup",
            ]
        )
    }

    /// Both interfaces may be mounted; only one of them has the processors.
    @Test func theOlderInterfaceComesBehindTheNewerOne() {
        let mounts =
            "30 23 0:26 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
            + "31 23 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n32 23 0:28 / /cg/unified rw - cgroup2 cgroup2 rw\n"
        let own = "4:memory:/m\n3:cpuset:/s\n2:cpu,cpuacct:/a\n0::/\n"
        #expect(self.candidates(mounts, own) == ["2 /cg/unified", "1 /cg/cpu,cpuacct/a", "1 /cg/cpu,cpuacct"])
        #expect(self.candidates(mounts, own, of: .memory) == ["2 /cg/unified", "1 /cg/memory/m", "1 /cg/memory"])
    }

    @Test func aPartOfTheHierarchyIsMountedInAContainer() {
        let mounts = "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
        #expect(self.candidates(mounts, "0::/docker/abc/x\n") == ["2 /sys/fs/cgroup/x", "2 /sys/fs/cgroup"])
        #expect(self.candidates(mounts, "0::/elsewhere\n") == [])
        #expect(self.candidates(Self.unified, "0::/../other\n") == [])
    }

    @Test(arguments: ["", "x", "1 2 3", "30 23 0:26 / /a rw - cgroup2", "30 23 0:26 / /a rw cgroup2 cgroup2 rw -"])
    func whatIsNoMountIsLeftOut(text: String) {
        #expect(self.candidates(text, "0::/\n") == [])
        #expect(self.candidates(Self.unified, text) == [])
    }
}
