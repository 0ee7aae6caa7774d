// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What bounds the connections of callers and of runtimes.
extension Limits {
    // Where Lambda's own bounds of HTTP are not documented these are ours: generous beside those of Amazon's load
    // balancers (a request line and a field of 16 K, a head of 64 K; "Quotas for your Application Load Balancers"),
    // and small beside the memory of a developer's machine.

    /// The longest request target, in bytes. (As of an Application Load Balancer's request line.)
    package static let maximumTargetBytes = 16 * 1024
    /// The longest name and the longest value of a caller's header field or trailer, in bytes.
    package static let maximumFieldBytes = 64 * 1024
    /// A caller's head, with its request line and all line ends, in bytes.
    package static let maximumHeadBytes = 128 * 1024
    /// Header fields and trailers of one request, counted together.
    package static let maximumFields = 256
    /// What a caller's chunked body may have beside data, in bytes: sizes, extensions, trailers. Each chunk pays for
    /// `framingAllowanceBytes` and for as many bytes as it has data, so that only a body of little else comes to this.
    package static let maximumFramingBytes = 16 * 1024
    package static let framingAllowanceBytes = 16

    /// The same for a runtime, whose X-Ray cause and error trailers are fields of up to 1 MiB.
    /// (Runtime API, `Lambda-Runtime-Function-XRay-Error-Cause`: Amazon's clients leave it out above 1 MiB.)
    package static let maximumRuntimeFieldBytes = 1024 * 1024
    package static let maximumRuntimeHeadBytes = 2 * 1024 * 1024
    package static let maximumRuntimeFramingBytes = 2 * 1024 * 1024

    /// How much one read of a socket takes at least and at most, in bytes.
    package static let minimumReceiveBytes = 2 * 1024
    package static let maximumReceiveBytes = 64 * 1024

    /// What a stream that waits for its function or its caller may take of the service's memory, in bytes: two connections
    /// with their parsers, and what was read and has not left. The loads of the tests and of `Benchmarks/loads.py` hold it.
    package static let memoryOfStreamBytes = 64 * 1024

    /// What a connection takes in beside an answer that is under way, in bytes: requests sent ahead.
    package static let maximumPipelinedBytes = 1024 * 1024
    /// What is read and dropped of a request that has its answer already, in bytes, and for how long, in milliseconds.
    /// As much as `sluice invoke` sends: a sender that is cut off sooner would not see its 413.
    package static let maximumDiscardedBytes = Limits.maximumCommandLinePayloadBytes
    package static let discardMilliseconds = 10_000
    /// After a refusal, what the peer still sends is dropped for at most this long, in milliseconds, so that it can
    /// read the answer before the connection is gone.
    package static let lingerMilliseconds = 5_000

    /// A caller's head must be whole this long after its first byte, in milliseconds.
    package static let headMilliseconds = 30_000
    /// A caller's body must go on within this time, and be whole within that one, in milliseconds: 6 MiB on a line of
    /// 60 kbit/s.
    package static let bodyPauseMilliseconds = 30_000
    package static let bodyMilliseconds = 900_000
    /// A caller's connection without a request is closed after this long, in milliseconds.
    package static let idleMilliseconds = 60_000
    /// When an answer is over, its last bytes must go on leaving: looked at this often, in milliseconds. A kernel takes
    /// more only when a third of its buffer is free, which on a slow line is minutes.
    package static let deliveryMilliseconds = 900_000

    /// Callers' connections that are open at once, over all ports of the service. A process usually may have 1,024
    /// descriptors, and environments need theirs.
    package static let maximumCallerConnections = 512
    /// Beside those whose invocations may be served at once, where that is more.
    package static let spareCallerConnections = 128
    /// Connections that one environment has to its Runtime API at once: a runtime needs one or two. On Managed Instances
    /// there are two more for each worker.
    package static let maximumRuntimeConnections = 64
    /// Descriptors of the service that belong to none of its connections: listeners, pipes of what functions print, files.
    package static let spareDescriptors = 256
    /// Descriptors that one environment takes in the service beside its connections.
    package static let environmentDescriptors = 8
    /// Connections that are being told of the two bounds above; those beyond are closed without a word.
    package static let maximumRefusedConnections = 64
}
