// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceServiceWire
import SluiceWire
import Testing

@testable import SluiceEmulator

/// Which files are looked at, and what of them.
@Suite struct WatchScanTests {
    private func sources(of folder: WatchedFolder) -> [String] {
        let scan = WatchScan(programs: [], paths: [folder.path])
        return scan.snapshot.sources.keys.map { String($0.dropFirst(folder.path.count + 1)) }.sorted()
    }

    @Test func seesFilesInFoldersAndLeavesOutWhatNobodyWrites() async throws {
        try await WatchedFolder.with { folder in
            let written = ["a", "b/c", "b/d/e.swift", "CACHEDIR.TAG"]
            let leftOut = [
                ".git/x", ".build/x", "b/.hidden", "node_modules/m/x", "__pycache__/x.pyc", "a~", "target/CACHEDIR.TAG",
                "target/x", "target/deep/x",
            ]
            for name in written + leftOut { try folder.write(to: name) }
            #expect(self.sources(of: folder) == written.sorted())
        }
    }

    @Test func whatIsNamedIsSeenThoughItIsHidden() async throws {
        try await WatchedFolder.with { folder in
            try folder.write(to: ".hidden/x")
            let path = folder.path + "/.hidden"
            #expect(Array(WatchScan(programs: [], paths: [path]).snapshot.sources.keys) == [path + "/x"])
            #expect(Array(WatchScan(programs: [], paths: [path + "/x"]).snapshot.sources.keys) == [path + "/x"])
        }
    }

    @Test func linksDoNotLeadInCircles() async throws {
        try await WatchedFolder.with { folder in
            try folder.write(to: "a/x")
            let manager = FileManager.default
            try manager.createSymbolicLink(at: folder.url.appending(path: "a/loop"), withDestinationURL: folder.url)
            try manager.createSymbolicLink(
                at: folder.url.appending(path: "y"),
                withDestinationURL: folder.url.appending(path: "a/x")
            )
            #expect(self.sources(of: folder) == ["a/x", "y"])
            // The folder itself may be reached by a link.
            let scan = WatchScan(programs: [], paths: [folder.path + "/a/loop"])
            #expect(scan.snapshot.sources.count == 2)
        }
    }

    @Test func aProgramIsAFileAndNoFolder() async throws {
        try await WatchedFolder.with { folder in
            try folder.write(to: "program")
            let paths = ["program", "missing", "."].map { folder.path + "/" + $0 }
            #expect(Array(WatchScan(programs: paths, paths: []).snapshot.programs.keys) == [folder.path + "/program"])
        }
    }

    @Test func seesAFileReplacedByOneOfTheSameSize() async throws {
        try await WatchedFolder.with { folder in
            try folder.write("1", to: "a")
            let old = WatchScan(programs: [], paths: [folder.path]).snapshot
            #expect(WatchScan(programs: [], paths: [folder.path]).snapshot == old)
            try folder.write("2", to: "a")
            let changes = WatchScan(programs: [], paths: [folder.path]).snapshot.changes(since: old)
            #expect(changes.sources == [folder.path + "/a"])
        }
    }

    @Test func looksAtSoManyFilesAndSaysThatThereAreMore() async throws {
        try await WatchedFolder.with { folder in
            for number in 0..<Limits.maximumWatchedFiles {
                guard let file = fopen(folder.path + "/\(number)", "w") else { continue }
                fclose(file)
            }
            let all = WatchScan(programs: [], paths: [folder.path])
            #expect(all.snapshot.sources.count == Limits.maximumWatchedFiles && !all.isIncomplete)
            try folder.write(to: "one-more")
            let some = WatchScan(programs: [], paths: [folder.path])
            #expect(some.snapshot.sources.count == Limits.maximumWatchedFiles && some.isIncomplete)
        }
    }

    @Test func looksSoDeepAndSaysThatItIsDeeper() async throws {
        try await WatchedFolder.with { folder in
            let deepest = String(repeating: "d/", count: Limits.maximumWatchedDepth - 1)
            try folder.write(to: deepest + "x")
            let all = WatchScan(programs: [], paths: [folder.path])
            #expect(all.snapshot.sources.count == 1 && !all.isIncomplete)
            try folder.write(to: deepest + "d/x")
            #expect(WatchScan(programs: [], paths: [folder.path]).isIncomplete)
        }
    }

    @Test(arguments: [
        (["./hello"], ["/w/hello"]), (["./a/./b//c/"], ["/w/a/b/c"]), (["../x/hello"], ["/w/../x/hello"]),
        (["node", "./f.mjs", "f.mjs", "/w/f.mjs"], ["/w/f.mjs"]), (["//a"], ["/a"]),
        (["/a/hello", "--port", "1"], ["/a/hello", "/w/1"]),
        (["python3", "-I", "fn.py"], ["/w/fn.py"]), (["node", "/a/b.mjs"], ["/a/b.mjs"]), ([], []),
    ])
    func aCommandNamesItsProgramAndItsScripts(command: [String], paths: [String]) {
        let function = FunctionConfiguration(name: "f", command: command, workingDirectory: "/w")
        #expect(ProgramFiles.paths(of: function) == paths)
    }
}
