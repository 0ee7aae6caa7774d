// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import CSluiceEnvironment
internal import NIOCore

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What the command knows of the process it is.
enum HostProcess {
    static var variables: [String: String] {
        var variables: [String: String] = [:]
        guard var entry = sluice_environment() else { return variables }
        while let text = entry.pointee {
            let assignment = String(cString: text)
            if let mark = assignment.firstIndex(of: "=") {
                variables[String(assignment[..<mark])] = String(assignment[assignment.index(after: mark)...])
            }
            entry += 1
        }
        return variables
    }

    static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// The folder of this program's file, where what is built with it lies too.
    static func siblingProgram(named name: String) -> String? {
        guard let own = Self.ownPath, let slash = own.lastIndex(of: "/") else { return nil }
        let path = String(own[...slash]) + name
        return Self.isProgram(path) ? path : nil
    }

    static func isProgram(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// This program's file, links followed.
    static var ownPath: String? {
        #if canImport(Darwin)
        let resolved = realpath(CommandLine.arguments.first ?? "", nil)
        #else
        let resolved = realpath("/proc/self/exe", nil)
        #endif
        guard let resolved else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func checkExists(_ path: String, option: String) throws {
        guard access(path, F_OK) == 0 else {
            throw ValidationError("\(option) \(path): \(StandardStreams.text(of: errno)).")
        }
    }

    static func checkIsFolder(_ path: String, option: String) throws {
        guard let stream = opendir(path) else {
            throw ValidationError("\(option) \(path): \(StandardStreams.text(of: errno)).")
        }
        closedir(stream)
    }

    /// The path from the root, for who may have another working directory.
    static func absolutePath(_ path: String) -> String {
        path.hasPrefix("/") ? path : Self.workingDirectory + "/" + path
    }

    /// The path from the root with links followed, of what is there.
    static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return self.absolutePath(path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The same, if there is a folder.
    static func absolutePath(ofFolder path: String) -> String? {
        guard let stream = opendir(path) else { return nil }
        closedir(stream)
        let whole = Self.absolutePath(path)
        return whole.count > 1 && whole.hasSuffix("/") ? String(whole.dropLast()) : whole
    }

    /// - Parameter argument: the option and its value, as an error names them.
    static func readTextFile(_ path: String, for argument: String) throws -> String {
        String(buffer: try Payload.read(path: path, for: argument))
    }
}
