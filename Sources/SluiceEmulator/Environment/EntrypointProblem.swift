// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Why a command could not be started: in Lambda's words, which are those of Go's `os/exec`, and what to do about it.
///
/// It looks at the file after the fact, since the kernel says the same for a missing program and for a missing
/// interpreter of one that is there.
struct EntrypointProblem: CustomStringConvertible {
    private let words: String
    private let advice: String
    /// Not the command, but the folder that it is to run in.
    let isOfWorkingDirectory: Bool

    var description: String { "\(self.words) (\(self.advice))" }

    private init(_ words: String, advice: String, isOfWorkingDirectory: Bool = false) {
        self.words = words
        self.advice = advice
        self.isOfWorkingDirectory = isOfWorkingDirectory
    }

    /// `nil` if nothing is found wrong with the files.
    ///
    /// - Parameters:
    ///   - layers: what will be at `/opt`.
    ///   - searchPath: the `PATH` of a program that nobody has tried to run yet; `nil` if the kernel has refused to.
    init?(program: String, workingDirectory: String, layers: Layers? = nil, untriedIn searchPath: String? = nil) {
        let place: (String) -> String = { layers?.file(at: $0) ?? $0 }
        guard Self.isFolder(workingDirectory) == true else {
            self.init(
                "chdir \(workingDirectory): no such file or directory",
                advice: "the function's working directory is not there",
                isOfWorkingDirectory: true
            )
            return
        }
        guard program.utf8.contains(UInt8(ascii: "/")) else {
            let folders = searchPath?.split(separator: ":") ?? []
            if folders.contains(where: { access(place("\($0)/\(program)"), X_OK) == 0 }) { return nil }
            self.init(
                "exec: \"\(program)\": executable file not found in $PATH",
                advice: "is it installed? A program in a folder needs its path, as in ./\(program)"
            )
            return
        }
        let path = place(program.hasPrefix("/") ? program : workingDirectory + "/" + program)
        switch Self.isFolder(path) {
        case nil:
            self.init(
                "fork/exec \(program): no such file or directory",
                advice: "there is no such file; has it been built?"
            )
        case true?:
            self.init("fork/exec \(program): permission denied", advice: "it is a folder; name the program in it")
        case false? where access(path, X_OK) != 0:
            self.init(
                "fork/exec \(program): permission denied",
                advice: "it is not executable; chmod +x makes it so"
            )
        case false?:
            self.init(contentOf: path, program: program, isUntried: searchPath != nil, place: place)
        }
    }

    /// The file is there and may be run, so the fault is what it holds.
    private init?(contentOf path: String, program: String, isUntried: Bool, place: (String) -> String) {
        let beginning = Self.beginning(of: path)
        // What a binary lacks only the kernel can say, and one need not be readable.
        if isUntried, beginning.isEmpty || beginning.starts(with: "\u{7F}ELF".utf8) { return nil }
        guard beginning.starts(with: "#!".utf8) else {
            self.init(
                "fork/exec \(program): exec format error",
                advice: "it is no program for this machine, and no script with a first line like #!/bin/sh"
            )
            return
        }
        let line = beginning.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let interpreter = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        let ending = interpreter.utf8.last == UInt8(ascii: "\r") ? "; the line ends with a carriage return" : ""
        let file = place(interpreter)
        guard Self.isFolder(file) != false || access(file, X_OK) != 0 else { return nil }
        self.init(
            "fork/exec \(program): no such file or directory",
            advice: "its first line names an interpreter that is not there: \(interpreter)\(ending)"
        )
    }

    /// `nil` if there is nothing.
    private static func isFolder(_ path: String) -> Bool? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    private static func beginning(of path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, read(file, buffer.baseAddress, buffer.count))
        }
    }
}
