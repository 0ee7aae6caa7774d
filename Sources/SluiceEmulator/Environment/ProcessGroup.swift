// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// A function's process and whatever it started, which share a process group of their own.
///
/// A group that is gone already is no error for any of these.
struct ProcessGroup: Sendable {
    let id: Int32

    /// Ends every process of the group at once, stopped ones too.
    func kill() { self.send(SIGKILL) }

    /// Asks every process of the group to end. Those that are stopped hear of it when they are thawed.
    func terminate() { self.send(SIGTERM) }

    /// Stops every process of the group where it is, until `thaw()`. None can prevent it.
    func freeze() { self.send(SIGSTOP) }
    func thaw() { self.send(SIGCONT) }

    private func send(_ signal: Int32) { Self.send(signal, to: -self.id) }

    /// - Parameter process: a process, or a group by its negative number.
    static func send(_ signal: Int32, to process: Int32) { _ = Self.signal(process, signal) }

    // The method above hides the C function of the same name.
    private static let signal: @Sendable (pid_t, Int32) -> Int32 = { process, number in
        #if canImport(Darwin)
        Darwin.kill(process, number)
        #elseif canImport(Musl)
        Musl.kill(process, number)
        #else
        Glibc.kill(process, number)
        #endif
    }
}
