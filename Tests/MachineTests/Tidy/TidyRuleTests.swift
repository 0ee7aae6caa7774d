// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Testing

/// Each rule finds what it forbids and lets pass what it does not: a rule that finds nothing would prove nothing.
@Suite struct TidyRuleTests {
    private func source(_ text: String, path: String = "Sources/Sluice/Example.swift") -> TidyFile {
        TidyFile(path, text)
    }

    @Test func onlyCodeIsLeft() {
        let code = SwiftCode.strip(
            ##"""
            let a = "x! \(b! + "c!") \n\"" // d!
            /* e! /* f! */ g! */ h()
            let i = #"j! " \#(k) \(l!)"# + ""
            let m = """
                n! "o" \(p)
                """
            """##
        )
        let words = code.split { !$0.isLetter && $0 != "!" }
        #expect(words == ["let", "a", "b!", "h", "let", "i", "k", "let", "m", "p"])
        #expect(code.count { $0 == "\n" } == 5)
    }

    @Test(arguments: [
        "Task { }", "Task\n{ }", "Task(priority: .low) { }", "Task<Void, Never> { }",
        "Task<Int, any Error>(priority: nil) { 1 }",
        "Task.init { }", "Task.detached { }", "Task\n  .detached { }", "Task<Void, Never>.detached { }",
        "Task.immediate { }",
        "Task(executorPreference: loop) { }", "_Concurrency.Task { }", "`Task` { }",
        "let make = Task<Void, Never>.init",
        "typealias Job = Task", "typealias Job = Task<Void, Never>", "loop.makeFutureWithTask { }",
        "promise.completeWithTask { }",
        "DispatchQueue.main.async { }", "DispatchQueue(label: \"\").async { }", "Thread { }.start()",
        "Thread.detachNewThread { }",
        "pthread_create(&thread, nil, body, nil)", "Task<[Result<Int, any Error>], Never> { }",
    ])
    func findsAnUnstructuredTask(text: String) {
        #expect(!ConcurrencyRules.noUnstructuredTask(self.source(text)).isEmpty)
        #expect(ConcurrencyRules.noUnstructuredTask(TidyFile("Tests/A/B.swift", text)).isEmpty)
    }

    @Test(arguments: [
        "group.addTask { }", "try Task.checkCancellation()", "if Task.isCancelled { }", "await Task.yield()",
        "// Task { }", "let text = \"Task { }\"", "withTaskGroup(of: Void.self) { }",
        "await withTaskCancellationHandler { }",
        "struct TaskExecutor: TaskExecutor { }", "NIOThreadPool(numberOfThreads: 1)",
        "Task<Never, Never>.currentPriority",
        "withUnsafeCurrentTask { }",
    ])
    func aStructuredTaskPasses(text: String) {
        #expect(ConcurrencyRules.noUnstructuredTask(self.source(text)) == [])
    }

    @Test(arguments: [
        "AsyncStream<Int>.makeStream()", "AsyncStream.makeStream(of: Int.self)", "AsyncStream<Int> { continuation in }",
        "AsyncThrowingStream<Int, any Error>.makeStream(bufferingPolicy: .unbounded)", "AsyncStream(Int.self) { c in }",
        "AsyncStream<Int>(bufferingPolicy: .unbounded) { c in }", "let s: AsyncStream<Int> = .makeStream()",
        "AsyncStream<[Result<Int, any Error>]>\n  .makeStream(\n  )", "let x = AsyncStream { c in }",
    ])
    func findsAnUnboundedStream(text: String) {
        #expect(ConcurrencyRules.everyAsyncStreamHasABound(self.source(text)).count == 1)
    }

    @Test(arguments: [
        "AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingOldest(Limits.events))",
        "AsyncStream(Int.self, bufferingPolicy: .bufferingNewest(1)) { c in }", "func events() -> AsyncStream<Int> {",
        "var events: AsyncStream<Int> { self.stream }", "let events: AsyncStream<Int>", "AsyncStream(unfolding: next)",
        "let s: AsyncStream<Int> = .makeStream(bufferingPolicy: .bufferingOldest(max(1, 2)))",
        "// AsyncStream<Int>.makeStream()",
    ])
    func aBoundedStreamPasses(text: String) {
        #expect(ConcurrencyRules.everyAsyncStreamHasABound(self.source(text)) == [])
    }

    @Test(arguments: [
        "Task.sleep(for: .seconds(1))", "sleep(1)", "usleep (5)", "clock.sleep(until: x)",
        "Thread.sleep(forTimeInterval: 1)",
    ])
    func findsASleep(text: String) {
        #expect(ConcurrencyRules.noSleepInTests(TidyFile("Tests/A/B.swift", text)).count == 1)
        #expect(ConcurrencyRules.noSleepInTests(TidyFile("Tests/A/B.swift", "run(\"sleep(1)\") // \(text)")) == [])
    }

    @Test func theClockOfAnInvocationMaySleep() {
        let file = TidyFile("Tests/A/B.swift", "try await context.clock.sleep(for: .seconds(1))")
        #expect(ConcurrencyRules.noSleepInTests(file) == [])
    }

    @Test(arguments: [
        "fatalError()", "precondition(a)", "preconditionFailure()", "try! a()", "a as! B",
        "unsafeBitCast(a, to: B.self)",
        "nonisolated(unsafe) var a = 1", "final class A: @unchecked Sendable {}", "a!.b", "f()!", "a[0]!",
        "let a: Int!", "\"\\(a!)\"",
        "unowned let a: B", "loop.preconditionInEventLoop()", "[String: Int]!", "`default`!", "Array<Int>!",
    ])
    func findsATrap(text: String) {
        #expect(TrapRules.traps(in: self.source(text)).count == 1)
    }

    @Test(arguments: [
        "assert(a)", "assertionFailure()", "a != b", "a!=b", "!a", "if !a.b { }", "// fatalError()",
        "\"try! it, now!\"", "a ? !b : !c",
        "#if !os(Linux)", "f(!a)", "{ !$0 }", "try? a()", "a as? B", "[!a]", "precondition = 1", "infix operator !",
        "assertInEventLoop()",
    ])
    func whatCannotTrapPasses(text: String) {
        #expect(TrapRules.traps(in: self.source(text)) == [])
    }

    @Test func benchmarksAreHeldToWhatKeepsCodeReadable() {
        let file = { TidyFile("Benchmarks/Sources/Bench/Example.swift", $0) }
        let long = "func f() {\n" + String(repeating: "a()\n", count: SizeRules.maximumFunctionLines) + "}\n"
        #expect(SizeRules.functionLength(file(long)).count == 1)
        #expect(SizeRules.licenseHeader(file(long)).count == 1)
        #expect(ImportRules.everyImportHasAnAccessLevel(file("import Glibc\n")).count == 1)
        #expect(ImportRules.noFoundation(file("internal import Foundation\n")).count == 1)
        #expect(ConcurrencyRules.noUnstructuredTask(file("pthread_create(&thread, nil, body, nil)")).count == 1)
        #expect(WordRules.noUnfinishedMark(file("// TO" + "DO: measure it")).count == 1)
        #expect(
            ImportRules.everyImportHasAnAccessLevel(TidyFile("Benchmarks/Package.swift", "import PackageDescription\n"))
                == []
        )
    }

    @Test func aTrapIsExcusedByItsLineAndAnExcuseByItsTrap() {
        let file = self.source("one\nfatalError(\"here\")\n")
        let findings = TrapRules.traps(in: file)
        #expect(findings.map(\.line) == [2])
        let right = AllowedTrap(file: file.path, fragment: "fatalError(\"here\")", reason: "an example")
        let wrong = AllowedTrap(file: file.path, fragment: "fatalError(\"there\")", reason: "an example")
        #expect(TrapRules.unexcused(findings, files: [file], allowed: [right]) == [])
        #expect(TrapRules.unexcused(findings, files: [file], allowed: []).count == 1)
        #expect(TrapRules.unexcused(findings, files: [file], allowed: [right, wrong]).count == 1)
        #expect(TrapRules.unexcused(findings, files: [file], allowed: [wrong]).count == 2)
    }

    @Test func importsAreReadWithTheirLevels() {
        let file = self.source(
            """
            import A
            public import B
              @preconcurrency internal import C
            @_implementationOnly import struct D.Part
            // import E
            let text = "import F"
            """
        )
        #expect(ImportRules.imports(of: file).map(\.module) == ["A", "B", "C", "D"])
        #expect(ImportRules.imports(of: file).map(\.line) == [1, 2, 3, 4])
        #expect(ImportRules.everyImportHasAnAccessLevel(file).map(\.line) == [1, 4])
    }

    @Test func importsAreHeldToTheDirection() {
        #expect(ImportRules.importsFollowTheDirection(self.source("internal import SluiceEmulator")).count == 1)
        #expect(ImportRules.importsFollowTheDirection(self.source("internal import SluiceRuntimeAPI")).count == 1)
        #expect(
            ImportRules.importsFollowTheDirection(self.source("internal import SluiceWire\ninternal import Glibc"))
                == []
        )
        let service = "Sources/SluiceEmulator/A.swift"
        #expect(ImportRules.importsFollowTheDirection(self.source("internal import Sluice", path: service)).count == 1)
        #expect(
            ImportRules.importsFollowTheDirection(self.source("internal import SluiceRuntimeAPI", path: service)) == []
        )
        #expect(ImportRules.importsFollowTheDirection(self.source("", path: "Sources/Unknown/A.swift")).count == 1)
    }

    @Test func machinesAndWireTypesAreHeldToValues() {
        let machine = "Sources/Sluice/ExampleMachine.swift"
        let wire = "Sources/SluiceWire/Example.swift"
        #expect(ImportRules.machinesImportValuesOnly(self.source("internal import NIOPosix", path: machine)).count == 1)
        #expect(
            ImportRules.machinesImportValuesOnly(self.source("internal import Synchronization", path: machine)).count
                == 1
        )
        #expect(ImportRules.machinesImportValuesOnly(self.source("internal import SluiceWire", path: machine)) == [])
        #expect(
            ImportRules.machinesImportValuesOnly(self.source("internal import Synchronization", path: wire)).count == 1
        )
        #expect(
            ImportRules.machinesImportValuesOnly(
                self.source("package import NIOCore\npackage import HTTPTypes", path: wire)
            ) == []
        )
        #expect(ImportRules.machinesImportValuesOnly(self.source("internal import NIOPosix")) == [])
        #expect(ImportRules.noFoundation(self.source("internal import FoundationEssentials")).count == 1)
        #expect(ImportRules.noFoundation(self.source("internal import NIOCore")) == [])
        let codable = { TidyFile("Sources/Sluice/Codable/Example.swift", $0) }
        #expect(ImportRules.noFoundation(codable("public import FoundationEssentials")) == [])
        #expect(ImportRules.noFoundation(codable("internal import FoundationNetworking")).count == 1)
        #expect(ImportRules.codableStandsBehindItsTrait(codable("// a\n\n#if Codable\nlet a = 1\n#endif\n")) == [])
        #expect(ImportRules.codableStandsBehindItsTrait(codable("// a\n\nlet a = 1\n")).count == 1)
        #expect(ImportRules.codableStandsBehindItsTrait(codable("#if Codable\n#endif\nlet a = 1\n")).count == 1)
    }

    @Test func longFilesAndFunctionsAreFound() {
        #expect(SizeRules.fileLength(self.source(String(repeating: "\n", count: 500))) == [])
        #expect(SizeRules.fileLength(self.source(String(repeating: "\n", count: 501))).count == 1)
        #expect(SizeRules.warnings(self.source(String(repeating: "\n", count: 301))).count == 1)
        let body = { (count: Int) in "{\n" + String(repeating: "    if a { b() }\n", count: count - 2) + "}\n" }
        for head in [
            "func f() ", "func f<T>(_ a: () -> Void = { }) async throws -> [T] where T: A\n", "init(a: Int) ",
            "static func == (a: A, b: A) -> Bool ",
        ] {
            #expect(SizeRules.functionLength(self.source(head + body(70))) == [], "\(head)")
            #expect(SizeRules.functionLength(self.source(head + body(71))).count == 1, "\(head)")
        }
        #expect(SizeRules.functionLength(self.source("protocol P { func f() }\nstruct S " + body(200))) == [])
        #expect(SizeRules.functionLength(self.source("struct S {\nlet a = A.init(b: 1)\n" + body(200) + "}")) == [])
    }

    @Test func headersModesAndWeightsAreFound() {
        let header = "// SPDX-License-Identifier: Apache-2.0\n// Copyright the Sluice authors\n\n"
        #expect(SizeRules.licenseHeader(self.source(header + "let a = 1\n")) == [])
        #expect(SizeRules.licenseHeader(self.source("let a = 1\n")).count == 1)
        #expect(SizeRules.licenseHeader(self.source(header.dropLast() + "let a = 1\n")).count == 1)
        #expect(SizeRules.onlyScriptsAreExecutable(TidyFile("a", "#!/bin/sh\n", isExecutable: true)) == [])
        #expect(SizeRules.onlyScriptsAreExecutable(TidyFile("a", "#!/bin/sh\n", isExecutable: false)).count == 1)
        #expect(SizeRules.onlyScriptsAreExecutable(TidyFile("a", "text", isExecutable: true)).count == 1)
        #expect(SizeRules.weight(TidyFile("a", "", byteCount: 300 * 1024)) == [])
        #expect(SizeRules.weight(TidyFile("a", "", byteCount: 300 * 1024 + 1)).count == 1)
    }

    @Test func wordsAreFound() {
        #expect(WordRules.noPublicErrorEnum(self.source("public enum StreamError: Error {}")).count == 1)
        #expect(
            WordRules.noPublicErrorEnum(self.source("package enum StreamError: Error {}\npublic enum Mode {}")) == []
        )
        #expect(WordRules.noUnfinishedMark(self.source("// TODO: later\nlet a = 1 // FIXME")).map(\.line) == [1, 2])
        #expect(WordRules.noUnfinishedMark(self.source("// To do nothing is fine")) == [])
        for text in [
            "see /work/main", "in ../shared/DESIGN.md", "/opt/swift/usr", "anchors.md says", "cd /root/a",
            "for issue 2",
        ] {
            #expect(!WordRules.nothingPrivate(TidyFile("NOTES.md", text)).isEmpty, "\(text)")
        }
        for text in ["/home/work/a", "shared state", "a network/work/b", "a session", "issues", "frames/root/"] {
            #expect(WordRules.nothingPrivate(TidyFile("NOTES.md", text)) == [], "\(text)")
        }
    }

    @Test func pagesAndTheirLinksAreRead() {
        let page = TidyFile(
            "docs/A.md",
            """
            # A title: with `code`
            ## Part one
            ```sh
            # a comment, no title
            [no](link.md)
            ```
            [b](../B.md), [part](#part-one), [in b](../B.md#b), [web](https://example.com/x.md), [folder](../docs), `[c](d.md)`
            """
        )
        let other = TidyFile("B.md", "# B\n")
        #expect(MarkdownRules.oneTitle(page) == [])
        #expect(MarkdownRules.anchor("A title: with `code`") == "a-title-with-code")
        #expect(MarkdownRules.linksLeadSomewhere(page, among: [page, other]) == [])
        #expect(MarkdownRules.linksLeadSomewhere(page, among: [page]).count == 2)
        let broken = TidyFile("B.md", "# B\n# C\n[x](#nowhere) [y](../Z.md) [z](docs/A.md#part-two)\n")
        #expect(MarkdownRules.oneTitle(broken).map(\.line) == [2])
        #expect(MarkdownRules.linksLeadSomewhere(broken, among: [page, broken]).map(\.line) == [3, 3, 3])
        #expect(MarkdownRules.oneTitle(TidyFile("B.md", "text")).count == 1)
    }
}
