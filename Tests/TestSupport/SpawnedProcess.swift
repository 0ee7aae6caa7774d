// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CTestSupport
internal import Foundation
internal import NIOCore

/// A process in a session of its own, with pipes for its three streams. Nothing else of ours is open in it.
///
/// Not Foundation's `Process`: that one cannot make a session, and it hands on descriptors that others have opened.
struct SpawnedProcess {
    let processID: pid_t
    /// Our ends of the pipes.
    let input: CInt
    let output: CInt
    let error: CInt

    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        directory: String?
    ) throws {
        // A child that closes its input must not end the tests.
        signal(SIGPIPE, SIG_IGN)

        let input = try Pipe.open()
        let output = try Pipe.open()
        let error = try Pipe.open()

        var processID = pid_t()
        let status = withCStrings([program] + arguments) { argumentPointers in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environmentPointers in
                ctestsupport_spawn(
                    &processID,
                    program,
                    argumentPointers,
                    environmentPointers,
                    directory,
                    [input.reading, output.writing, error.writing]
                )
            }
        }
        for descriptor in [input.reading, output.writing, error.writing] {
            close(descriptor)
        }
        guard status == 0 else {
            for descriptor in [input.writing, output.reading, error.reading] {
                close(descriptor)
            }
            throw CannotStart(program: program, reason: String(cString: strerror(status)))
        }
        self.processID = processID
        self.input = input.writing
        self.output = output.reading
        self.error = error.reading
    }

    /// Waits for the end of the process on a thread of its own.
    func reap(into progress: Watched<ChildProcess.Progress>, _ promise: EventLoopPromise<ChildProcess.Exit>) {
        let processID = self.processID
        Thread.detachNewThread {
            // Without reaping first: the number stays the child's until the progress says that it has ended.
            var info = siginfo_t()
            while waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
            let exit: ChildProcess.Exit = progress.update { progress in
                var status: CInt = 0
                while waitpid(processID, &status, 0) == -1, errno == EINTR {}
                let exit: ChildProcess.Exit =
                    status & 0x7F == 0 ? .code((status >> 8) & 0xFF) : .signal(status & 0x7F)
                progress.exit = exit
                return exit
            }
            promise.succeed(exit)
        }
    }
}

private struct Pipe {
    let reading: CInt
    let writing: CInt

    static func open() throws -> Pipe {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw CannotStart(program: "a pipe", reason: String(cString: strerror(errno)))
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        return Pipe(reading: ends[0], writing: ends[1])
    }
}

private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
}

/// A program could not be started.
package struct CannotStart: Error, CustomStringConvertible {
    package let program: String
    package let reason: String

    package var description: String { "cannot start \(self.program): \(self.reason)" }
}
