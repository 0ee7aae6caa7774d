// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Says how a shell finds `sluice` when it does not yet, as after `swift run`: the commands that are printed for people
/// to try begin with that name.
enum PathHint {
    /// - Parameters:
    ///   - program: the path of this program's file.
    ///   - searchPath: the variable `PATH`.
    ///   - isProgram: whether there is a program at a path.
    /// - Returns: no line when the shell finds it.
    static func lines(program: String?, searchPath: String, isProgram: (String) -> Bool) -> [String] {
        guard let program, let slash = program.lastIndex(of: "/") else { return [] }
        let name = program[program.index(after: slash)...]
        let isFound = searchPath.split(separator: ":").contains { isProgram("\($0)/\(name)") }
        return isFound ? [] : ["\(name) is not on your PATH yet:", "  export PATH=\"\(program[..<slash]):$PATH\""]
    }

    static var lines: [String] {
        self.lines(
            program: HostProcess.ownPath,
            searchPath: HostProcess.variables["PATH"] ?? "",
            isProgram: HostProcess.isProgram
        )
    }
}
