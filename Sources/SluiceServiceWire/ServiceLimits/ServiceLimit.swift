// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// A limit that Lambda has and the local service keeps, by the name under which it can be changed.
package enum ServiceLimit: String, Hashable, Sendable, CaseIterable {
    case requestBytes = "request-bytes"
    case asynchronousRequestBytes = "async-request-bytes"
    case responseBytes = "response-bytes"
    case streamBytes = "stream-bytes"
    case streamBurstBytes = "stream-burst-bytes"
    case streamBytesPerSecond = "stream-bytes-per-second"
    case preludeBytes = "prelude-bytes"
    case environmentBytes = "environment-bytes"
    case initMilliseconds = "init-milliseconds"
    case requestsPerSecond = "requests-per-second"
    case ephemeralStorageMegabytes = "ephemeral-storage-megabytes"
    case extensions

    /// Lambda's number. Its source stands beside it in `Limits`.
    package var lambdaValue: Int {
        switch self {
        case .requestBytes: Limits.maximumRequestBytes
        case .asynchronousRequestBytes: Limits.maximumAsynchronousRequestBytes
        case .responseBytes: Limits.maximumBufferedResponseBytes
        case .streamBytes: Limits.maximumStreamedResponseBytes
        case .streamBurstBytes: Limits.streamBurstBytes
        case .streamBytesPerSecond: Limits.streamBytesPerSecond
        case .preludeBytes: Limits.maximumPreludeBytes
        case .environmentBytes: Limits.maximumEnvironmentBytes
        case .initMilliseconds: Limits.initMilliseconds
        case .requestsPerSecond: Limits.requestsPerSecondOfConcurrency
        case .ephemeralStorageMegabytes: Limits.ephemeralStorageMegabytes
        case .extensions: Limits.maximumExtensions
        }
    }

    /// The most that it can be here, which `off` stands for: memory that is gathered has a bound all the same.
    package var largestValue: Int {
        switch self {
        case .requestBytes, .asynchronousRequestBytes, .responseBytes, .environmentBytes: Limits.maximumLiftedBytes
        case .streamBytes, .streamBurstBytes, .streamBytesPerSecond: Limits.maximumLiftedStreamBytes
        case .preludeBytes: Limits.maximumLiftedPreludeBytes
        case .initMilliseconds: Limits.maximumTimeoutSeconds * 1_000
        case .requestsPerSecond: Limits.maximumLiftedRequestsPerSecond
        case .ephemeralStorageMegabytes: Limits.maximumLiftedStorageMegabytes
        case .extensions: Limits.maximumLiftedExtensions
        }
    }

    private var unit: String {
        switch self {
        case .requestBytes, .asynchronousRequestBytes, .responseBytes, .streamBytes, .streamBurstBytes, .preludeBytes,
            .environmentBytes:
            "bytes"
        case .streamBytesPerSecond: "bytes a second"
        case .initMilliseconds: "ms"
        case .requestsPerSecond: "for each of the concurrency"
        case .ephemeralStorageMegabytes: "MB for each environment"
        case .extensions: "for each environment"
        }
    }

    /// What the log says when it bites: which limit it was, and what Lambda's is.
    package func note(_ what: String, value: Int) -> String {
        let number =
            value == self.lambdaValue
            ? "\(value) \(self.unit), as on Lambda"
            : "\(value) \(self.unit); "
                + "Lambda's is \(self.lambdaValue)"
        return "\(what): limit \(self.rawValue), \(number)"
    }
}
