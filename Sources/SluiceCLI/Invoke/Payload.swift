// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// What `--payload` names: text as it stands, `@FILE`, or `-` for standard input.
enum Payload {
    static func read(_ argument: String) throws -> ByteBuffer {
        if argument == "-" {
            return try Self.read(descriptor: STDIN_FILENO, for: "--payload -")
        }
        guard argument.first == "@" else { return ByteBuffer(string: argument) }
        return try Self.read(path: String(argument.dropFirst()), for: "--payload \(argument)")
    }

    /// - Parameter argument: the option and its value, as an error names them.
    static func read(path: String, for argument: String) throws -> ByteBuffer {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(argument): \(StandardStreams.text(of: errno)).") }
        defer { close(descriptor) }
        return try Self.read(descriptor: descriptor, for: argument)
    }

    private static func read(descriptor: CInt, for argument: String) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        while true {
            var code: CInt = 0
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 64 * 1024) { memory in
                while true {
                    #if canImport(Darwin)
                    let result = Darwin.read(descriptor, memory.baseAddress, memory.count)
                    #elseif canImport(Musl)
                    let result = Musl.read(descriptor, memory.baseAddress, memory.count)
                    #else
                    let result = Glibc.read(descriptor, memory.baseAddress, memory.count)
                    #endif
                    if result >= 0 { return result }
                    guard errno == EINTR else {
                        code = errno
                        return 0
                    }
                }
            }
            guard code == 0 else { throw ValidationError("\(argument): \(StandardStreams.text(of: code)).") }
            guard buffer.readableBytes <= Limits.maximumCommandLinePayloadBytes else {
                throw ValidationError("\(argument) has over \(Limits.maximumCommandLinePayloadBytes) bytes.")
            }
            if count == 0 { return buffer }
        }
    }
}
