// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
@preconcurrency internal import Glibc
#endif

/// The process group that a signal to this program must end too; there is one at a time.
nonisolated(unsafe) private var liveGroup: pid_t = 0

/// A program under measurement, in a process group of its own. `stop()` ends it.
final class ChildProcess {
    let identifier: pid_t
    private var lines: LineReader?
    private var hasEnded = false

    /// - Parameter readsOutput: Whether `readLine` is wanted; else its output is thrown away.
    init(_ words: [String], variables: [String] = [], readsOutput: Bool = false) throws {
        var ends: [Int32] = [-1, -1]
        if readsOutput {
            guard pipe(&ends) == 0 else { throw Failure(call: "pipe") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        defer { if ends[1] >= 0 { close(ends[1]) } }
        self.lines = readsOutput ? LineReader(descriptor: ends[0]) : nil
        self.identifier = try Self.spawn(words, variables, output: ends[1])
        liveGroup = self.identifier
    }

    private static func spawn(_ words: [String], _ variables: [String], output: Int32) throws -> pid_t {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if output >= 0 {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))

        guard let program = words.first else { throw Failure("a command without words") }
        var identifier: pid_t = 0
        let result = withCStrings(words) { words in
            withCStrings(ownVariables() + variables) { variables in
                posix_spawnp(&identifier, program, &actions, &attributes, words, variables)
            }
        }
        guard result == 0, identifier > 0 else {
            throw Failure("cannot start \(program): \(String(cString: strerror(result)))")
        }
        return identifier
    }

    /// The next line of its output; `nil` at its end.
    func readLine() -> String? { self.lines?.next() }

    /// How it ended, if it has.
    func ending() -> String? {
        guard !self.hasEnded else { return "it had ended" }
        var status: Int32 = 0
        guard waitpid(self.identifier, &status, WNOHANG) == self.identifier else { return nil }
        self.hasEnded = true
        return status & 0x7F == 0 ? "it ended with code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F) ended it"
    }

    /// Asks its group to end, and kills it when it does not within two seconds.
    func stop() {
        kill(-self.identifier, SIGTERM)
        var waitedMilliseconds = 0
        while self.ending() == nil, waitedMilliseconds < 2_000 {
            usleep(1_000)
            waitedMilliseconds += 1
        }
        kill(-self.identifier, SIGKILL)
        if !self.hasEnded {
            waitpid(self.identifier, nil, 0)
            self.hasEnded = true
        }
        liveGroup = 0
    }

    /// Ctrl-C reaches this program's group only, so it is passed on.
    static func passOnSignals() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                if liveGroup > 0 { kill(-liveGroup, SIGKILL) }
                _exit(128 + number)
            }
        }
    }
}

/// Reads lines off a pipe.
private struct LineReader {
    let descriptor: Int32

    /// Byte by byte, since what is read so is a few lines.
    func next() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(self.descriptor, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        close(self.descriptor)
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}

private func ownVariables() -> [String] {
    #if canImport(Darwin)
    var entry = _NSGetEnviron().pointee
    #else
    var entry = environ
    #endif
    var variables: [String] = []
    while let text = entry.pointee {
        variables.append(String(cString: text))
        entry += 1
    }
    return variables
}

/// The strings as C has them, behind them a null.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
