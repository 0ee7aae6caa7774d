// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Foundation
package import Testing

/// The independent clients and interpreters that some tests need.
package enum Tool: String, CaseIterable, Sendable {
    case python3, curl, node, chromium, botocore, boto3, aws, openssl, awslambdaric, rie, jsonschema
    case fastapi, flask, express, rails, go, php, nginx, cfnlint, hcl2, unshare, setpriv
    case powertools = "aws_lambda_powertools"

    /// Those that `SLUICE_REQUIRE_TOOLS=1` asks for. The runtime interface emulator, namespaces and `setpriv` are Linux's.
    #if os(Linux)
    package static let required = Self.allCases
    #else
    package static let required = Self.allCases.filter { ![.rie, .unshare, .setpriv].contains($0) }
    #endif

    /// The names under which it may lie in `PATH`; for a Python module, its interpreter's.
    fileprivate var programs: [String] {
        switch self {
        case .chromium:
            ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell"]
        case .botocore, .boto3, .awslambdaric, .powertools, .jsonschema, .fastapi, .flask, .hcl2: ["python3"]
        case .rie: ["aws-lambda-rie"]
        case .cfnlint: ["cfn-lint"]
        case .nginx: ["nginx", "/usr/sbin/nginx"]
        case .express: ["node"]
        case .rails: ["ruby"]
        case .python3, .curl, .node, .aws, .openssl, .go, .php, .unshare, .setpriv: [self.rawValue]
        }
    }

    fileprivate var isModule: Bool {
        [.botocore, .boto3, .awslambdaric, .powertools, .jsonschema, .fastapi, .flask, .hcl2].contains(self)
    }

    /// How to install it, on Debian.
    private var remedy: String {
        switch self {
        case .botocore, .boto3: "python3 -m pip install boto3"
        case .node: "apt-get install nodejs"
        case .aws: "python3 -m pip install awscli"
        case .jsonschema: "python3 -m pip install jsonschema"
        case .awslambdaric: "python3 -m pip install awslambdaric"
        case .powertools: "python3 -m pip install aws-lambda-powertools pydantic"
        case .fastapi: "python3 -m pip install fastapi uvicorn sse-starlette websockets"
        case .flask: "python3 -m pip install flask gunicorn"
        case .cfnlint: "python3 -m pip install cfn-lint"
        case .hcl2: "python3 -m pip install python-hcl2"
        case .express: "apt-get install node-express"
        case .rails: "apt-get install ruby-railties puma"
        case .go: "apt-get install golang-go"
        case .php: "apt-get install php-cli"
        case .rie: "CONTRIBUTING.md says how"
        case .unshare: "apt-get install util-linux mount; in a container it has to be allowed to mount"
        case .setpriv: "apt-get install util-linux"
        case .python3, .curl, .chromium, .openssl, .nginx: "apt-get install \(self.rawValue)"
        }
    }

    package var whyMissing: String { "\(self.rawValue) was not found; install it: \(self.remedy)" }
}

/// Which tools this machine has. Where one is missing, the tests that need it are skipped and say so; under
/// `SLUICE_REQUIRE_TOOLS=1` a test of its own fails instead.
package enum Tools {
    /// The program, by the first of its names that is in `PATH`; for a Python module, the interpreter that imports it.
    ///
    /// - Throws: `MissingTool`.
    package static func path(of tool: Tool) throws(MissingTool) -> String {
        guard let path = self.found[tool] else { throw MissingTool(tool: tool) }
        return path
    }

    package static func has(_ tools: Tool...) -> Bool {
        tools.allSatisfy { self.found[$0] != nil }
    }

    /// Whether a missing tool is a failure.
    package static let required = RunEnvironment["SLUICE_REQUIRE_TOOLS"] == "1"

    private static let found: [Tool: String] = {
        var found: [Tool: String] = [:]
        for tool in Tool.allCases {
            for program in tool.programs {
                guard let path = Tools.search(program) else { continue }
                if tool.isModule, !Tools.imports(tool.rawValue, path) { continue }
                if tool == .unshare, !Tools.mayMount(path) { continue }
                if tool == .express, !Tools.runs(path, ["-e", "require('express')"]) { continue }
                if tool == .rails, !Tools.runs(path, ["-e", "require 'action_controller/railtie'; require 'puma'"]) {
                    continue
                }
                found[tool] = path
                break
            }
        }
        return found
    }()

    /// Where `.ci/run` puts what no package manager has.
    private static let downloads = RepositoryRoot.url(".build-python")

    /// The search path for a function's Python modules: a function inherits nothing of this process.
    package static let pythonPath = [Self.downloads.path, RunEnvironment["PYTHONPATH"]].compactMap { $0 }
        .joined(separator: ":")

    /// Where Debian has what is written for Node.js.
    package static let nodePath = ["/usr/share/nodejs", RunEnvironment["NODE_PATH"]].compactMap { $0 }
        .joined(separator: ":")

    private static func search(_ program: String) -> String? {
        if program == "aws-lambda-rie", let path = RunEnvironment["SLUICE_RIE"] { return path }
        let folders = (RunEnvironment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
        if program.hasPrefix("/") { return FileManager.default.isExecutableFile(atPath: program) ? program : nil }
        return (folders + [Self.downloads.appending(path: "bin").path])
            .map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Synchronous, since traits are evaluated before the test has a task; an import takes a fraction of a second.
    private static func imports(_ module: String, _ python: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", "import \(module)"]
        if [Tool.awslambdaric, .powertools, .fastapi, .flask].map(\.rawValue).contains(module) {
            process.environment = RunEnvironment.all.merging(["PYTHONPATH": self.pythonPath]) { $1 }
        }
        return self.succeeds(process)
    }

    /// Whether an interpreter runs this program, which does nothing but load what is asked for.
    private static func runs(_ interpreter: String, _ words: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: interpreter)
        process.arguments = words
        process.environment = RunEnvironment.all.merging(["NODE_PATH": self.nodePath]) { $1 }
        return self.succeeds(process)
    }

    /// Many a container has the program, and does not let it make namespaces, or mount in them.
    private static func mayMount(_ unshare: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: unshare)
        process.arguments =
            (geteuid() == 0 ? [] : ["--user", "--map-root-user"]) + [
                "--mount", "sh", "-c", "mount -t overlay -o lowerdir=/usr/share:/opt sluice /opt",
            ]
        return self.succeeds(process)
    }

    private static func succeeds(_ process: Process) -> Bool {
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

/// A tool is not on this machine.
package struct MissingTool: Error, CustomStringConvertible {
    package let tool: Tool

    package var description: String { self.tool.whyMissing }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, with the reason, where one of the tools is missing.
    ///
    ///     @Test(.requires(.curl, .chromium)) func …
    package static func requires(_ tools: Tool...) -> Self {
        let missing = tools.filter { !Tools.has($0) }
        return .enabled(if: missing.isEmpty, "\(missing.map(\.whyMissing).joined(separator: "; "))")
    }
}
