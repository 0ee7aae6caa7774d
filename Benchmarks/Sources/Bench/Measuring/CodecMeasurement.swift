// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// Runs the codec's program, which prints `copy`, `encode` and `decode`, each with its GB/s.
enum CodecMeasurement {
    static func measure(_ program: String, messages: Int) throws -> (copy: Double, Sample) {
        let process = try ChildProcess([program, String(messages)], readsOutput: true)
        defer { process.stop() }
        var rates: [String: Double] = [:]
        while let line = process.readLine() {
            let words = line.split(separator: " ")
            if words.count == 2, let rate = Double(words[1]) { rates[String(words[0])] = rate }
        }
        guard let copy = rates["copy"], let encode = rates["encode"], let decode = rates["decode"] else {
            throw Failure("it printed \(rates.keys.sorted())")
        }
        return (copy, [.encodeGigabytesPerSecond: encode, .decodeGigabytesPerSecond: decode])
    }
}
