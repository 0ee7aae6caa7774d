// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix
internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A regular file that is open for reading, and what it was when it was opened. Closed when nobody has it any more,
/// which also a result that is never sent leads to.
final class OpenFile: Sendable {
    let state: FileState
    private let handle: NIOFileHandle

    private init(_ handle: NIOFileHandle, _ state: FileState) {
        self.handle = handle
        self.state = state
    }

    deinit {
        try? self.handle.close()
    }

    /// Disks have no readiness to wait for, so a thread waits: the first file starts it, and functions without files
    /// never have it.
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: Limits.fileThreads)
        pool.start()
        return pool
    }()

    private static let reader = NonBlockingFileIO(threadPool: OpenFile.pool)

    enum Opening: Sendable {
        case file(OpenFile)
        /// There is none, or it is a folder, a device, a pipe.
        case notFound
        case notAllowed
    }

    static func open(_ path: String) async throws(StreamError) -> Opening {
        // For the system the path would end there, and name another file.
        guard !path.utf8.contains(0) else { return .notFound }
        do {
            return try await self.pool.runIfActive { try self.openNow(path) }
        } catch {
            throw self.failure("a file cannot be opened", error)
        }
    }

    private static func openNow(_ path: String) throws -> Opening {
        // A pipe without a writer would hold up the thread.
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            switch errno {
            // The last two: a socket, and a device that is not there.
            case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, ENXIO, ENODEV: return .notFound
            case EACCES, EPERM: return .notAllowed
            case let code: throw IOError(errnoCode: code, reason: "open")
            }
        }
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            try? handle.close()
            throw IOError(errnoCode: code, reason: "fstat")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            try? handle.close()
            return .notFound
        }
        return .file(OpenFile(handle, FileState(status)))
    }

    /// So many bytes from there, or an error.
    func read(at offset: Int64, count: Int) async throws(StreamError) -> ByteBuffer {
        let bytes: ByteBuffer
        do {
            bytes = try await Self.reader.read(
                fileHandle: self.handle,
                fromOffset: offset,
                byteCount: count,
                allocator: ByteBufferAllocator()
            )
        } catch {
            throw Self.failure("a file cannot be read to its end", error)
        }
        guard bytes.readableBytes == count else {
            throw StreamError(
                .unreadableFile,
                "a file became shorter while it was sent; replace files, do not cut them"
            )
        }
        return bytes
    }

    private static func failure(_ what: String, _ error: any Error) -> StreamError {
        error is CancellationError ? .cancelled : StreamError(.unreadableFile, "\(what): \(error)", cause: error)
    }
}

extension FileState {
    fileprivate init(_ status: stat) {
        #if canImport(Darwin)
        let modified = status.st_mtimespec
        #else
        let modified = status.st_mtim
        #endif
        self.init(
            sizeBytes: Int64(status.st_size),
            modifiedSeconds: Int64(modified.tv_sec),
            modifiedNanoseconds: Int64(modified.tv_nsec)
        )
    }
}

/// `open`, whose name the type has for itself.
private func openFile(_ path: String, _ flags: CInt) -> CInt {
    open(path, flags)
}
