// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What the adapter is to the environment it was started in.
enum Placement: Hashable, Sendable {
    /// The runtime's process, whose child the application is.
    case parent(command: [String])
    /// An extension beside the application, which Lambda starts as the runtime; its name is the file's.
    case externalExtension(name: String)

    struct Problem: Error, Hashable, CustomStringConvertible { let description: String }

    /// - Parameters:
    ///   - arguments: as the process got them, without its own name.
    ///   - program: the path of the adapter itself.
    ///   - isProgram: whether a path leads to the adapter too, perhaps by another name.
    init(
        arguments: [String],
        program: String,
        isProgram: (String) -> Bool,
        variable: (String) -> String?
    ) throws(Problem) {
        if let separator = arguments.firstIndex(of: "--") {
            let command = Array(arguments[(separator + 1)...])
            guard separator == 0 else {
                throw Problem(description: "\(arguments[0]) is unknown; see sluice-adapter --help")
            }
            guard !command.isEmpty else { throw Problem(description: "behind -- the application's command is missing") }
            self = .parent(command: command)
            return
        }
        let parts = program.split(separator: "/").map(String.init)
        let name = parts.last ?? "sluice-adapter"
        if parts.count > 1, parts[parts.count - 2] == "extensions" {
            self = .externalExtension(name: name)
        } else if let handler = variable("_HANDLER"), let root = variable("LAMBDA_TASK_ROOT") {
            // As `bootstrap`, or as the wrapper of a managed runtime, whose own command does not count.
            let path = handler.hasPrefix("/") ? handler : "\(root)/\(handler)"
            guard !isProgram(path) else {
                throw Problem(
                    description: """
                        the function's handler, \(handler), names the adapter itself: name the program that starts the \
                        application, such as run.sh
                        """
                )
            }
            self = .parent(command: [path])
        } else {
            throw Problem(
                description: """
                    there is no application to start: name its command, as in sluice-adapter -- uvicorn app:app --port 8080
                    """
            )
        }
    }
}
