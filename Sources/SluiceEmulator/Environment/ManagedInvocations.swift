// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI

/// The invocations that are with one environment of Managed Instances, by their request ids.
final class ManagedInvocations {
    struct Entry {
        let delivery: Delivery
        /// Since a worker has it.
        var current: CurrentInvocation?
        /// The end of its time, or of its wait for a worker.
        var timer: Scheduled<Void>?
    }

    let session: ManagedRuntimeSession
    var entries: [String: Entry] = [:]

    init(workers: Int) { self.session = ManagedRuntimeSession(workers: workers) }

    /// Where what is entered into the log belongs, among callers that asked for its end. Workers share one output, so a
    /// line is that of the invocation whose id it has, as Lambda's guide for these has functions write it.
    func tails(of kind: LogEvent.Kind) -> [LogTail] {
        switch kind {
        case .start(let requestID), .end(let requestID), .invocationFailed(let requestID, _, _):
            self.entries[requestID]?.delivery.tail.map { [$0] } ?? []
        case .report(let report):
            self.entries[report.requestID]?.delivery.tail.map { [$0] } ?? []
        case .output(_, let line):
            self.entries.compactMap { requestID, entry in
                entry.delivery.tail.flatMap { line.contains(requestID) ? $0 : nil }
            }
        default:
            []
        }
    }
}
