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
    indirect enum Step: Sendable {
        case chunk(String, times: Int = 1)
        case begin
        case end
        case endUnread
        case trailers(type: String, body: String)
        case error(type: String, body: String, times: Int = 1)
        case initError(type: String, body: String)
        case halfChunk
        /// Ends its sending side, and can still read.
        case halfClose
        case dropNext
        case print(String)
        case exit(Int)
        case kill(String)
        case child([String] = [])
        /// From here on it prints `terminated` when SIGTERM comes.
        case onTerm(exits: Bool)
        /// Registers as an extension by itself, and prints the answer.
        case internalExtension(String)
        case heir
        case stopGroup
        case hang
        case untilRefused(port: Int)
        case untilAccepted(port: Int)
        case respond(String)
        case variables
        case facts
        /// Prints its own number as that of a child.
        case processID
        /// So many bytes of which no two blocks are alike; prints `wrote`, their number and their CRC-32.
        case numbered(bytes: Int)
        /// How many bytes the event has.
        case size
        /// A request of its own making; prints the answer, see `LocalLambda.Log.answers(_:)`.
        case ask(Request)
        /// These bytes, with `{id}` filled in.
        case raw(String)
        /// Reads an answer and prints it.
        case tell
        case endAndTell
        /// Comes back on a new connection.
        case reconnect
        /// Leaves a file in its folder for temporary files.
        case touch(String)
        /// The same with so much in it, in a folder of its own if the name has one.
        case store(String, megabytes: Int)
        /// Does these the first time only, as the files of its folder for temporary files tell.
        case once(name: String, [Step])
        /// Answers with that folder and the names in it.
        case files
        case allocate(megabytes: Int)

        /// What is sent to the Runtime API. In the path and in values, `{id}`, `{previous}` and `{invocation}` stand for
        /// the ids of this request, the one before it, and this delivery, and `{token}` for that of the metadata endpoint.
        struct Request {
            var method = "POST"
            var path: String
            var fields: [(String, String)] = []
            var body: [UInt8] = Array("{}".utf8)
            var times = 1
            /// On a connection of its own.
            var isAside = false

            /// The path of one of the invocation's resources, such as `response`.
            static func of(_ resource: String, id: String = "{id}") -> Self {
                Self(path: "/2018-06-01/runtime/invocation/\(id)/\(resource)")
            }

            var aside: Self {
                var request = self
                request.isAside = true
                return request
            }

            func with(_ name: String, _ value: String) -> Self {
                var request = self
                request.fields.append((name, value))
                return request
            }

            fileprivate var words: [Any] {
                let fields = self.fields.map { [$0.0, $0.1] }
                let body = Data(self.body).base64EncodedString()
                return ["ask", self.method, self.path, fields, body, self.times, self.isAside]
            }
        }

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
            case .halfClose: ["half_close"]
            case .dropNext: ["drop_next"]
            case .print(let text): ["print", text]
            case .exit(let code): ["exit", code]
            case .kill(let signal): ["kill", signal]
            case .onTerm(let exits): ["on_term", exits]
            case .internalExtension(let name): ["internal_extension", name]
            case .child(let command): ["child"] + command as [Any]
            case .heir: ["heir"]
            case .stopGroup: ["stop_group"]
            case .hang: ["hang"]
            case .untilRefused(let port): ["until_refused", port]
            case .untilAccepted(let port): ["until_accepted", port]
            case .respond(let text): ["respond", text]
            case .variables: ["variables"]
            case .facts: ["facts"]
            case .processID: ["process_id"]
            case .numbered(let bytes): ["numbered", bytes]
            case .size: ["size"]
            case .ask(let request): request.words
            case .raw(let text): ["raw", text]
            case .tell: ["tell"]
            case .endAndTell: ["end_and_tell"]
            case .reconnect: ["reconnect"]
            case .touch(let name): ["touch", name]
            case .store(let name, let megabytes): ["store", name, megabytes]
            case .once(let name, let steps): ["once", name, steps.map(\.words)]
            case .files: ["files"]
            case .allocate(let megabytes): ["allocate", megabytes]
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
        concurrency: Int? = nil,
        initialisation: [Step] = []
    ) throws -> FunctionConfiguration {
        var function = FunctionConfiguration(name: name, command: try self.command, workingDirectory: "/tmp")
        function.reservedConcurrency = concurrency
        // A loaded machine may take longer than Lambda's default of three seconds.
        function.timeout = .seconds(60)
        function.variables = ["SCRIPT_OF_INIT": try Step.script(initialisation)]
        return function
    }
}
