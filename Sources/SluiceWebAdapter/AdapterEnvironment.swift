// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What this process was started with.
package enum AdapterEnvironment {
    package static func value(_ name: String) -> String? { Platform.environmentValue(name) }

    /// All that may say something to the adapter.
    package static func variables() -> [String: String] { Platform.environmentValues() }

    /// Whether two paths lead to one file; `false` where one leads nowhere.
    package static func isSameFile(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Nobody listens there.
    static func isRefusal(_ error: Int32) -> Bool { error == ECONNREFUSED }

    static func removeFile(_ path: String) { _ = unlink(path) }

    /// Whether standard error takes a page now, and nobody waits for it.
    static func standardErrorHasRoom() -> Bool {
        var look = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        // One that has no reader any more takes it, too: the write fails.
        return poll(&look, 1, 0) != 0
    }
}
