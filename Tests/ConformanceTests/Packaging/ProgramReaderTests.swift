// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport
import Testing

/// The script's reader of programs, against `readelf` and against bytes that make no sense.
#if os(Linux)
@Suite struct ProgramReaderTests {
    private static let program = """
        from packaging.elf import Elf
        elf = Elf(open(sys.argv[1], "rb").read(), "x")
        print(*sorted(elf.libraries))
        print(*sorted({version for _, version, _ in elf.versions}))
        """

    @Test(.requires(.python3, .curl, .openssl))
    func readsWhatReadelfReads() async throws {
        let programs = [
            try await Python.interpreter(), try Tools.path(of: .curl), try Tools.path(of: .openssl),
            try BuiltProducts.url(of: "sluice").path,
        ]
        for path in programs {
            let ours = try await PackageFunction.python(Self.program, [path])
            let lines = ours.outputText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            try #require(lines.count == 3, "\(ours)")

            let dynamic = try await runProgram("readelf", ["--dynamic", "--wide", path]).outputText
            let libraries = dynamic.split(separator: "\n").filter { $0.contains("(NEEDED)") }.compactMap { line in
                line.split(separator: "[").last?.prefix { $0 != "]" }
            }
            #expect(lines[0] == libraries.sorted().joined(separator: " "), "\(path)")

            let info = try await runProgram("readelf", ["--version-info", "--wide", path]).outputText
            let names = info.components(separatedBy: "Name: ").dropFirst().map { $0.prefix { !$0.isWhitespace } }
            let versions = Set(names.filter { !$0.contains(".so") })
            #expect(lines[1] == versions.sorted().joined(separator: " "), "\(path)")
        }
    }

    @Test(.requires(.python3))
    func bytesThatMakeNoSenseAreRefusedAndNothingElse() async throws {
        let random = SeededGenerator()
        let script = """
            import random
            from packaging import Refusal, checks
            whole = bytes.fromhex(sys.argv[1])
            random.seed(sys.argv[2])
            refused = 0
            for _ in range(20_000):
                data = bytearray(whole[:random.choice([len(whole), random.randrange(len(whole))])])
                for _ in range(random.randrange(1, 4)):
                    if data:
                        data[random.randrange(len(data))] = random.choice([0, 1, 127, 128, 255, random.randrange(256)])
                try:
                    checks.starts(bytes(data), "x")
                except Refusal:
                    refused += 1
            print(refused)
            """
        let hex = CraftedProgram().bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let result = try await PackageFunction.python(script, [hex, "\(random.seed)"])
        #expect(result.exit == .code(0), "\(random): \(result)")
        #expect(try #require(Int(result.outputText.dropLast())) > 5_000, "\(random): \(result)")
    }
}
#endif
