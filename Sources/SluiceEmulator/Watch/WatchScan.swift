// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
internal import SluiceServiceWire
#endif

/// Looks at the watched files once. Blocks while it does.
struct WatchScan {
    private(set) var snapshot = WatchSnapshot()
    /// There were more files, or deeper folders, than are looked at.
    private(set) var isIncomplete = false

    /// - Parameters:
    ///   - programs: paths of single files.
    ///   - paths: files, and folders with all that is in them.
    init(programs: some Sequence<String>, paths: [String]) {
        for path in programs {
            if case .file(let stamp) = Entry(at: path, followsLink: true) { self.snapshot.programs[path] = stamp }
        }
        for path in paths {
            switch Entry(at: path, followsLink: true) {
            case .file(let stamp): self.add(path, stamp)
            case .folder: self.scan(folder: path, depth: 1)
            case nil: break
            }
        }
    }

    private mutating func add(_ path: String, _ stamp: WatchSnapshot.Stamp) {
        guard self.snapshot.sources.count < Limits.maximumWatchedFiles else { return self.isIncomplete = true }
        self.snapshot.sources[path] = stamp
    }

    private mutating func scan(folder: String, depth: Int) {
        guard depth <= Limits.maximumWatchedDepth, !self.isIncomplete else { return self.isIncomplete = true }
        let names = Self.names(in: folder)
        // What tools make and can make again. (Cache Directory Tagging Specification; cargo's `target` has the mark.)
        if depth > 1, names.contains("CACHEDIR.TAG") { return }
        for name in names where Self.isWatched(name) {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            switch Entry(at: path, followsLink: false) {
            case .file(let stamp): self.add(path, stamp)
            case .folder: self.scan(folder: path, depth: depth + 1)
            case nil: break
            }
        }
    }

    /// Not what is hidden, as `.git` and `.build` are, nor what packages and interpreters put beside sources, nor what
    /// editors leave behind.
    static func isWatched(_ name: String) -> Bool {
        !name.hasPrefix(".") && !name.hasSuffix("~") && name != "node_modules" && name != "__pycache__"
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let start = UnsafeRawPointer(entry).advanced(by: offset)
            names.append(String(cString: start.assumingMemoryBound(to: CChar.self)))
        }
        return names
    }
}

/// What lies at a path, if it is anything to watch.
private enum Entry {
    case file(WatchSnapshot.Stamp)
    case folder

    /// - Parameter followsLink: whether a link to a folder is one; in the midst of others it might lead in circles.
    init?(at path: String, followsLink: Bool) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: self = .file(WatchSnapshot.Stamp(facts))
        case S_IFDIR:
            var own = stat()
            guard followsLink || (lstat(path, &own) == 0 && own.st_mode & S_IFMT == S_IFDIR) else { return nil }
            self = .folder
        default: return nil
        }
    }
}

extension WatchSnapshot.Stamp {
    fileprivate init(_ facts: stat) {
        #if canImport(Darwin)
        let modified = facts.st_mtimespec
        #else
        let modified = facts.st_mtim
        #endif
        self.init(
            modifiedSeconds: Int64(modified.tv_sec),
            modifiedNanoseconds: Int64(modified.tv_nsec),
            sizeBytes: Int64(facts.st_size),
            inode: UInt64(truncatingIfNeeded: facts.st_ino)
        )
    }
}
