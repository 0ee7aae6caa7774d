// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// Runs the codec's program, which prints `copy`, `encode` and `decode`, each with its GB/s.
enum CodecMeasurement {
    static func measure(
        _ program: String,
        messages: Int,
        payloadBytes: Int = 65_536
    ) throws -> (copy: Double, Sample) {
        let rates = try self.rates(of: [program, String(messages), String(payloadBytes)])
        guard let copy = rates["copy"], let encode = rates["encode"], let decode = rates["decode"] else {
            throw Failure("it printed \(rates.keys.sorted())")
        }
        return (copy, [.encodeGigabytesPerSecond: encode, .decodeGigabytesPerSecond: decode])
    }

    static func measureBotocore(_ script: String, messages: Int, payloadBytes: Int) throws -> Double {
        let rates = try self.rates(of: ["python3", script, String(messages), String(payloadBytes)])
        guard let rate = rates["botocore"] else { throw Failure("\(script) printed no rate: is botocore installed?") }
        return rate
    }

    private static func rates(of words: [String]) throws -> [String: Double] {
        let process = try ChildProcess(words, readsOutput: true)
        defer { process.stop() }
        var rates: [String: Double] = [:]
        while let line = process.readLine() {
            let words = line.split(separator: " ")
            if words.count == 2, let rate = Double(words[1]) { rates[String(words[0])] = rate }
        }
        return rates
    }
}
