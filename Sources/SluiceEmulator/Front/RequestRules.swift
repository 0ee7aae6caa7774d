// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// What the service's limits and faults mean for a request. Lives on the service's event loop.
final class RequestRules {
    let limits: ServiceLimits
    private let faults: FaultPlan
    private let log: EventLog
    /// Requests of each function that a throttling fault has counted.
    private var counts: [String: Int] = [:]

    init(limits: ServiceLimits, faults: FaultPlan, log: EventLog) {
        self.limits = limits
        self.faults = faults
        self.log = log
    }

    /// - Parameter own: what the request asks for itself.
    func faults(of own: FaultPlan) -> FaultPlan { self.faults.overridden(by: own) }

    /// Counts the request, and says whether a fault throttles it.
    func throttles(_ faults: FaultPlan, function: String) -> Bool {
        guard let every = faults.throttlesEvery else { return false }
        self.counts[function, default: 0] += 1
        guard self.counts[function, default: 0].isMultiple(of: every) else { return false }
        self.note("answered 429 by the fault throttle", function)
        return true
    }

    /// The event is over its limit.
    func noteTooLarge(_ limit: ServiceLimit, bytes: Int, function: String) {
        self.note(limit.note("an event of \(bytes) bytes was refused", value: self.limits[limit]), function)
    }

    /// What is done to the response of a request.
    func shaping(
        _ mode: RelayMachine.Mode,
        _ faults: FaultPlan,
        of exchange: LoggedExchange?,
        function: String
    ) -> ResponseShaping {
        let limit: ServiceLimit = mode == .buffered ? .responseBytes : .streamBytes
        return ResponseShaping(
            limitBytes: self.limits[limit],
            // A buffered response leaves whole; how fast it came makes no difference to its caller.
            bandwidth: mode == .buffered ? nil : faults.reading ?? self.limits.bandwidth,
            fault: faults.atByte
        ) { news in
            switch news {
            case .slowed:
                self.note(self.words(forSlowed: faults), function)
            case .tooLarge(let bytes):
                self.note(limit.note("the response is too large", value: bytes), function)
            case .trailersTooLong(let bytes):
                self.note(
                    "the trailers have \(bytes) bytes, and Lambda's server reads \(Limits.trailerBufferBytes): it takes the "
                        + "response for truncated, so that its caller learns nothing of the error",
                    function
                )
            case .errorAsText:
                self.note(
                    "the body ends with error trailers as text, as the Rust runtime client writes them: its caller takes "
                        + "them for data, and the stream for whole, on Lambda too",
                    function
                )
            case .struck(let fault):
                self.note("the fault \(fault.kind.rawValue) strikes at byte \(fault.atByte)", function)
                switch fault.kind {
                case .drop: exchange?.abort()
                case .truncate: exchange?.tear()
                case .kill, .freeze, .error: break
                }
            case .notReached(let fault, let bytes):
                let name = fault.kind.rawValue
                self.note("the fault \(name)=\(fault.atByte) did not strike: the response has \(bytes) bytes", function)
            }
        }
    }

    private func words(forSlowed faults: FaultPlan) -> String {
        guard faults.reading == nil else { return "the stream waits for its caller: a fault makes that one slow" }
        let burst = self.limits[.streamBurstBytes]
        let limit = ServiceLimit.streamBytesPerSecond
        return limit.note("the stream is slowed behind its first \(burst) bytes", value: self.limits[limit])
    }

    private func note(_ text: String, _ function: String) { self.log.record(.note(text), function: function) }
}
