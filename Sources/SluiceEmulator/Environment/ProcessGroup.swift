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
struct ProcessGroup: Sendable {
    let id: Int32

    /// Ends every process of the group at once, stopped ones too. A group that is gone already is no error.
    func kill() { _ = Self.signal(-self.id, SIGKILL) }

    /// Stops every process of the group where it is, until `goOn()`.
    func pause() { _ = Self.signal(-self.id, SIGSTOP) }
    func goOn() { _ = Self.signal(-self.id, SIGCONT) }

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
