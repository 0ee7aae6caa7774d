// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The limits that a local service keeps: Lambda's, but for those that were changed by name.
package struct ServiceLimits: Hashable, Sendable {
    private var changed: [ServiceLimit: Int] = [:]
    /// Whether streams are slowed behind their burst.
    package var pacesStreams = true

    private init() {}

    package static let lambda = Self()

    /// Each as far as it goes, and no stream slowed.
    package static let off: Self = {
        var limits = Self()
        for limit in ServiceLimit.allCases { limits[limit] = limit.largestValue }
        limits.pacesStreams = false
        return limits
    }()

    package subscript(_ limit: ServiceLimit) -> Int {
        get { self.changed[limit] ?? limit.lambdaValue }
        set { self.changed[limit] = min(max(0, newValue), limit.largestValue) }
    }

    /// How fast a streamed response passes; `nil` as fast as it can.
    package var bandwidth: Bandwidth? {
        guard self.pacesStreams else { return nil }
        return Bandwidth(burstBytes: self[.streamBurstBytes], bytesPerSecond: self[.streamBytesPerSecond])
    }

    /// How many requests are let in within any second where so many may be served at once; `nil` as many as come. Where
    /// nothing may be served, that is what every request is refused for.
    package func requestsPerSecond(ofConcurrency concurrency: Int) -> Int? {
        let each = self[.requestsPerSecond]
        guard each < ServiceLimit.requestsPerSecond.largestValue, concurrency > 0 else { return nil }
        let (product, overflows) = each.multipliedReportingOverflow(by: concurrency)
        return overflows ? nil : product
    }

    /// Lambda's bandwidth again, after `off`, but for what was changed by name.
    package mutating func restorePacing(unless assignments: [String]) {
        for limit in [ServiceLimit.streamBurstBytes, .streamBytesPerSecond]
        where !assignments.contains(where: { $0.hasPrefix("\(limit.rawValue)=") }) {
            self.changed[limit] = nil
        }
    }

    /// - Parameter assignment: `NAME=VALUE`, with a whole number or `off`.
    package mutating func change(_ assignment: String) throws(ServiceLimitError) {
        let halves = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { throw .noValue(assignment) }
        guard let limit = ServiceLimit(rawValue: String(halves[0])) else { throw .unknown(String(halves[0])) }
        guard halves[1] != "off" else { return self[limit] = limit.largestValue }
        guard let value = Int(halves[1]), (Self.least(limit)...limit.largestValue).contains(value) else {
            throw .outOfRange(limit, String(halves[1]))
        }
        self[limit] = value
    }

    /// What would let nothing through at all is a mistake.
    fileprivate static func least(_ limit: ServiceLimit) -> Int {
        switch limit {
        case .streamBytesPerSecond, .initMilliseconds, .requestsPerSecond, .ephemeralStorageMegabytes: 1
        case .requestBytes, .asynchronousRequestBytes, .responseBytes, .streamBytes, .streamBurstBytes, .preludeBytes,
            .environmentBytes, .extensions:
            0
        }
    }
}

/// Why a limit cannot be changed so.
package enum ServiceLimitError: Error, Hashable {
    case noValue(String)
    case unknown(String)
    case outOfRange(ServiceLimit, String)
}

extension ServiceLimitError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noValue(let text):
            "\(InvokeError.quoted(text)) has no value; write NAME=VALUE, with a number or off"
        case .unknown(let name):
            "there is no limit \(InvokeError.quoted(name)); those that exist: "
                + ServiceLimit.allCases.map(\.rawValue).joined(separator: ", ")
        case .outOfRange(let limit, let value):
            "\(limit.rawValue) can be \(ServiceLimits.least(limit)) to \(limit.largestValue), or off, "
                + "not \(InvokeError.quoted(value))"
        }
    }
}
