// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What the system keeps of files in memory.
enum FileCache {
    /// Makes the system read a program anew when it is started next, and says whether that could be asked for. Shared
    /// libraries stay, since others use them.
    static func forget(_ path: String) -> Bool {
        #if os(Linux)
        guard path.contains("/") else { return false }
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // What is not on the disk yet stays in memory.
        return fsync(descriptor) == 0 && posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0
        #else
        return false
        #endif
    }
}
