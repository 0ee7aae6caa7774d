// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The files that a function's command names: its program, and for an interpreter the scripts among its arguments.
enum ProgramFiles {
    /// Paths where such files are or may come to be; that some are options and not files shows when they are looked at.
    ///
    /// A program without a slash is found by `PATH`: an interpreter as a rule, which nobody changes while they work.
    static func paths(of function: FunctionConfiguration) -> [String] {
        guard let program = function.command.first else { return [] }
        let arguments = function.command.dropFirst().filter { !$0.isEmpty && !$0.hasPrefix("-") }
        let isPath = program.utf8.contains(UInt8(ascii: "/"))
        return ((isPath ? [program] : []) + arguments).map { Self.absolute($0, in: function.workingDirectory) }
    }

    static func absolute(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : (folder.hasSuffix("/") ? folder : folder + "/") + path
    }

    /// As a person would write it who is in that folder.
    static func shortened(_ path: String, in folder: String) -> String {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}
