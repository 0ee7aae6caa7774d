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
        var seen: Set<String> = []
        return ((Self.isPath(program) ? [program] : []) + arguments)
            .map { Self.absolute($0, in: function.workingDirectory) }
            .filter { seen.insert($0).inserted }
    }

    /// What watching comes to for a function, as a person would write the files.
    ///
    /// - Parameter exists: whether a file was seen at a path.
    static func scope(of function: FunctionConfiguration, from folder: String, exists: (String) -> Bool) -> WatchScope {
        let paths = self.paths(of: function)
        let files = paths.filter(exists).map { Self.shortened($0, in: folder) }
        guard files.isEmpty, let program = function.command.first else { return .files(files) }
        return Self.isPath(program)
            ? .notThereYet(paths.first.map { Self.shortened($0, in: folder) } ?? program) : .foundByPATH(program)
    }

    private static func isPath(_ program: String) -> Bool { program.utf8.contains(UInt8(ascii: "/")) }

    /// One way to write a path of several: without `.` and without a slash too many. What `..` leads to only the file
    /// system knows, since a folder may be a link.
    static func absolute(_ path: String, in folder: String) -> String {
        let whole = path.hasPrefix("/") ? path : folder + "/" + path
        return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// As a person would write it who is in that folder.
    static func shortened(_ path: String, in folder: String) -> String {
        let folder = Self.absolute(folder, in: "/")
        if path == folder { return "." }
        let prefix = folder == "/" ? folder : folder + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}
