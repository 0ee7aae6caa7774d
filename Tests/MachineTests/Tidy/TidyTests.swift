// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Testing

/// The rules of CONTRIBUTING.md that a program can check, over the whole repository.
@Suite struct TidyTests {
    private func check(_ rule: (TidyFile) -> [TidyFinding]) async throws {
        let files = try await TidyRepository.files()
        self.report(files.flatMap(rule))
    }

    private func report(_ findings: [TidyFinding]) {
        for finding in findings {
            Issue.record("\(finding)")
        }
    }

    @Test func theRepositoryIsSeen() async throws {
        let files = try await TidyRepository.files()
        #expect(files.contains { $0.path == "Package.swift" })
        for target in ImportRules.direction.keys {
            #expect(
                files.contains { $0.isSource && $0.target == target },
                "\(target) has no file: take it from ImportRules.direction"
            )
        }
    }

    @Test func machinesImportValuesOnly() async throws { try await self.check(ImportRules.machinesImportValuesOnly) }
    @Test func nothingImportsFoundation() async throws { try await self.check(ImportRules.noFoundation) }
    @Test func codableStandsBehindItsTrait() async throws {
        try await self.check(ImportRules.codableStandsBehindItsTrait)
    }
    @Test func everyImportHasAnAccessLevel() async throws {
        try await self.check(ImportRules.everyImportHasAnAccessLevel)
    }
    @Test func importsFollowTheDirection() async throws { try await self.check(ImportRules.importsFollowTheDirection) }

    @Test func nothingOutlivesItsScope() async throws { try await self.check(ConcurrencyRules.noUnstructuredTask) }
    @Test func everyAsyncStreamHasABound() async throws {
        try await self.check(ConcurrencyRules.everyAsyncStreamHasABound)
    }
    @Test func noTestSleeps() async throws { try await self.check(ConcurrencyRules.noSleepInTests) }

    @Test func everyTrapHasAReason() async throws {
        let files = try await TidyRepository.files()
        let findings = files.flatMap(TrapRules.traps)
        self.report(TrapRules.unexcused(findings, files: files, allowed: allowedTraps))
        #expect(allowedTraps.allSatisfy { $0.reason.count > 10 && $0.fragment.count > 5 })
    }

    @Test func filesAreShort() async throws {
        let files = try await TidyRepository.files()
        for warning in files.flatMap(SizeRules.warnings) {
            print("warning: \(warning)")
        }
        self.report(files.flatMap(SizeRules.fileLength))
    }

    @Test func functionsFitAScreen() async throws { try await self.check(SizeRules.functionLength) }
    @Test func nothingHeavyIsKept() async throws { try await self.check(SizeRules.weight) }
    @Test func everyFileSaysItsLicense() async throws { try await self.check(SizeRules.licenseHeader) }
    @Test func onlyScriptsAreExecutable() async throws { try await self.check(SizeRules.onlyScriptsAreExecutable) }

    @Test func publicErrorsCanGainCodes() async throws { try await self.check(WordRules.noPublicErrorEnum) }
    @Test func sourcesAreFinished() async throws { try await self.check(WordRules.noUnfinishedMark) }
    @Test func everythingNamedCanBeReached() async throws { try await self.check(WordRules.nothingPrivate) }

    @Test func everyPageHasOneTitle() async throws { try await self.check(MarkdownRules.oneTitle) }

    @Test func everyLinkLeadsSomewhere() async throws {
        let files = try await TidyRepository.files()
        self.report(files.flatMap { MarkdownRules.linksLeadSomewhere($0, among: files) })
    }

    /// An exception for what is gone would excuse what comes in its place.
    @Test func exceptionsAreForFilesThatExist() async throws {
        let paths = Set(try await TidyRepository.files().map(\.path))
        let excepted = [ConcurrencyRules.allowedRoots, SizeRules.allowedLongFiles, SizeRules.allowedHeavyFiles].flatMap(
            \.keys
        )
        #expect(excepted.filter { !paths.contains($0) } == [])
        let functions = SizeRules.allowedLongFunctions.keys.map { String($0.prefix { $0 != " " }) }
        #expect(functions.filter { !paths.contains($0) } == [])
    }
}
