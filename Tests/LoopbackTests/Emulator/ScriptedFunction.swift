// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport

/// A function whose runtime does what each event says; see `Fixtures/scripted_runtime.py`.
enum ScriptedFunction {
    /// One thing that the runtime does; a script is a list of them.
    enum Step {
        case chunk(String, times: Int = 1)
        case begin
        case end
        case endUnread
        case trailers(type: String, body: String)
        case error(type: String, body: String, times: Int = 1)
        case initError(type: String, body: String)
        case halfChunk
        case raw(String)
        case dropNext
        case print(String)
        case exit(Int)
        case kill(String)
        case child([String] = [])
        case heir
        case stopGroup
        case hang
        case untilRefused(port: Int)
        case untilAccepted(port: Int)
        case respond(String)
        case variables
        case facts

        private var words: [Any] {
            switch self {
            case .chunk(let text, let times): ["chunk", text, times]
            case .begin: ["begin"]
            case .end: ["end"]
            case .endUnread: ["end_unread"]
            case .trailers(let type, let body): ["trailers", type, body]
            case .error(let type, let body, let times): ["error", type, body, times]
            case .initError(let type, let body): ["init_error", type, body]
            case .halfChunk: ["half_chunk"]
            case .raw(let text): ["raw", text]
            case .dropNext: ["drop_next"]
            case .print(let text): ["print", text]
            case .exit(let code): ["exit", code]
            case .kill(let signal): ["kill", signal]
            case .child(let command): ["child"] + command as [Any]
            case .heir: ["heir"]
            case .stopGroup: ["stop_group"]
            case .hang: ["hang"]
            case .untilRefused(let port): ["until_refused", port]
            case .untilAccepted(let port): ["until_accepted", port]
            case .respond(let text): ["respond", text]
            case .variables: ["variables"]
            case .facts: ["facts"]
            }
        }

        static func script(_ steps: [Step]) throws -> String {
            String(decoding: try JSONSerialization.data(withJSONObject: steps.map(\.words)), as: UTF8.self)
        }

        /// The event that asks for these steps.
        static func event(_ steps: [Step]) throws -> String { "{\"do\":\(try self.script(steps))}" }
    }

    /// The interpreter itself: a version manager's wrapper in `PATH` would take longer than all of a cold start.
    private static let python: Result<String, any Error> = {
        let process = Process()
        let output = Pipe()
        return Result {
            process.executableURL = URL(filePath: try Tools.path(of: .python3))
            process.arguments = ["-c", "import os, sys; print(os.path.realpath(sys.executable), end='')"]
            process.standardOutput = output
            try process.run()
            process.waitUntilExit()
            return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
    }()

    static var command: [String] {
        get throws {
            let script = RepositoryRoot.url("Tests/LoopbackTests/Emulator/Fixtures/scripted_runtime.py").path
            return [try self.python.get(), "-I", "-S", script]
        }
    }

    /// - Parameter initialisation: what the runtime does before it asks for its first invocation.
    static func configuration(
        name: String = "scripted",
        concurrency: Int = Limits.defaultConcurrency,
        initialisation: [Step] = []
    ) throws -> FunctionConfiguration {
        var function = FunctionConfiguration(name: name, command: try self.command, workingDirectory: "/tmp")
        function.concurrency = concurrency
        // A loaded machine may take longer than Lambda's default of three seconds.
        function.timeout = .seconds(60)
        function.variables = ["SCRIPT_OF_INIT": try Step.script(initialisation)]
        return function
    }
}
