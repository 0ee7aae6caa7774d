// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import CSluiceEnvironment
internal import NIOCore

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Unbuffered writing to the program's own outputs. A write blocks while the reader is behind, and that is wanted:
/// it slows the function, as a slow caller does.
enum StandardStreams {
    enum Output: CInt {
        case output = 1
        case error = 2
    }

    enum Failure: Error, Hashable, CustomStringConvertible {
        /// The reader is gone.
        case closed
        case failed(CInt)

        var description: String {
            switch self {
            case .closed: "standard output is closed"
            case .failed(let code): "cannot write to standard output: \(StandardStreams.text(of: code))"
            }
        }
    }

    /// A closed output becomes an error of `write` instead of a signal that ends the program at once.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    static func write(_ bytes: ByteBuffer, to output: Output) throws(Failure) {
        var rest = bytes
        while rest.readableBytes > 0 {
            let (count, code) = rest.withUnsafeReadableBytes { memory in
                #if canImport(Darwin)
                let result = Darwin.write(output.rawValue, memory.baseAddress, memory.count)
                #elseif canImport(Musl)
                let result = Musl.write(output.rawValue, memory.baseAddress, memory.count)
                #else
                let result = Glibc.write(output.rawValue, memory.baseAddress, memory.count)
                #endif
                return (result, errno)
            }
            if count >= 0 {
                rest.moveReaderIndex(forwardBy: min(count, rest.readableBytes))
                continue
            }
            switch code {
            case EINTR: continue
            case EAGAIN:
                // A terminal or pipe that another program has made non-blocking.
                var wait = pollfd(fd: output.rawValue, events: Int16(truncatingIfNeeded: POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            case EPIPE: throw .closed
            default: throw .failed(code)
            }
        }
    }

    /// What cannot be written is lost: there is nowhere left to say so.
    static func writeLine(_ text: String, to output: Output) {
        try? self.write(ByteBuffer(string: text + "\n"), to: output)
    }

    /// Writes lines that are whole. Unlike `writeLine` it suspends instead of blocking a thread while the reader is behind,
    /// and leaves the rest out when the task is cancelled.
    static func writeWhenReady(_ text: String, to output: Output) async {
        var rest = ByteBuffer(string: text)
        while let piece = rest.readSlice(length: min(Self.pieceBytes, rest.readableBytes)), piece.readableBytes > 0 {
            while !Self.isReady(output) {
                guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
            }
            guard (try? self.write(piece, to: output)) != nil else { return }
        }
    }

    /// A pipe that is ready takes this much without blocking. (POSIX, `pathconf`, `PIPE_BUF`.)
    #if os(Linux)
    private static let pieceBytes = 4_096
    #else
    private static let pieceBytes = 512
    #endif

    private static func isReady(_ output: Output) -> Bool {
        var wait = pollfd(fd: output.rawValue, events: Int16(truncatingIfNeeded: POLLOUT), revents: 0)
        return poll(&wait, 1, 0) != 0
    }

    /// Only on a terminal, and not if the user wants none (https://no-color.org).
    static var errorIsColored: Bool {
        let noColor = getenv("NO_COLOR").map { String(cString: $0) } ?? ""
        return noColor.isEmpty && self.isTerminal(.error)
    }

    static var outputIsColored: Bool {
        let noColor = getenv("NO_COLOR").map { String(cString: $0) } ?? ""
        return noColor.isEmpty && self.isTerminal(.output)
    }

    /// How wide lines for a person may be: as `COLUMNS` says, as the terminal is, or 80.
    static func columns(of output: Output, variable: String? = HostProcess.variables["COLUMNS"]) -> Int {
        if let columns = variable.flatMap({ Int($0) }), columns > 0 { return columns }
        let columns = Int(sluice_terminal_columns(output.rawValue))
        return columns > 0 ? columns : 80
    }

    static func isTerminal(_ output: Output) -> Bool {
        isatty(output.rawValue) == 1
    }

    static func text(of code: CInt) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
