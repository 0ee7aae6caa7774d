// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Contract
internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The floor: a function that speaks the Runtime API with blocking sockets on one connection and does nothing else.
/// No error is reported and nothing is checked; what any runtime costs more than this is the cost of being one.

guard let service = getenv("AWS_LAMBDA_RUNTIME_API").map({ String(cString: $0) }),
    let port = service.split(separator: ":").last.flatMap({ UInt16($0) })
else {
    print("AWS_LAMBDA_RUNTIME_API must be 127.0.0.1:PORT")
    exit(64)
}

do {
    try FloorClient(service: service, port: port).run()
} catch {
    // The service is gone, which is how a function's process ends.
    exit(1)
}
