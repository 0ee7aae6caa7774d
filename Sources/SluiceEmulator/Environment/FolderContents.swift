// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Names in a folder, and the end of a folder with all that is in it.
enum FolderContents {
    /// In no order; without the folder itself and the one above it.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        return self.names(of: stream)
    }

    private static func names(of stream: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(stream) {
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let start = UnsafeRawPointer(entry).advanced(by: offset)
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The room on the disk that files in a folder take, and those in folders below it, in bytes. A link is not followed.
    ///
    /// - Parameter count: no more files and folders are looked at.
    static func bytes(in folder: String, ofFirst count: Int) -> Int {
        var left = count
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return self.bytes(in: descriptor, left: &left, depth: 0)
    }

    /// Takes the descriptor over.
    private static func bytes(in descriptor: Int32, left: inout Int, depth: Int) -> Int {
        guard descriptor >= 0 else { return 0 }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return 0
        }
        defer { closedir(stream) }
        var sum = 0
        for name in self.names(of: stream) {
            guard left > 0 else { break }
            left -= 1
            var facts = stat()
            guard fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            sum += Int(facts.st_blocks) * 512
            guard facts.st_mode & S_IFMT == S_IFDIR, depth < Limits.maximumRemovedDepth else { continue }
            let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            sum += self.bytes(in: child, left: &left, depth: depth + 1)
        }
        return sum
    }

    /// Removes a folder and what is in it. A link in it is removed, and never followed: a function may have made it.
    ///
    /// - Returns: whether nothing is left.
    @discardableResult
    static func remove(_ folder: String) -> Bool {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT }
        self.empty(descriptor, depth: 0)
        return rmdir(folder) == 0
    }

    /// Takes the descriptor over.
    private static func empty(_ descriptor: Int32, depth: Int) {
        // What a program made unwritable, as caches of packages are, is its owner's to remove all the same.
        fchmod(descriptor, 0o700)
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return
        }
        defer { closedir(stream) }
        for name in self.names(of: stream) {
            if unlinkat(descriptor, name, 0) == 0 { continue }
            var facts = stat()
            guard fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
                continue
            }
            // One that may not be read is made so first.
            fchmodat(descriptor, name, 0o700, 0)
            let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard child >= 0 else { continue }
            if depth < Limits.maximumRemovedDepth { self.empty(child, depth: depth + 1) } else { close(child) }
            unlinkat(descriptor, name, AT_REMOVEDIR)
        }
    }
}
