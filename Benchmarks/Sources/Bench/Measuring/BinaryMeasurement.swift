// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// What the scripts that pack a function see of its program: `binary.py` prints `zipped` and `glibc`, each with a number.
enum BinaryMeasurement {
    static func measure(_ program: String, by script: String) throws -> Sample {
        let process = try ChildProcess(["python3", script, program], readsOutput: true)
        defer { process.stop() }
        var sample: Sample = [:]
        while let line = process.readLine() {
            let words = line.split(separator: " ")
            guard words.count == 2, let value = Double(words[1]) else { continue }
            switch words[0] {
            case "zipped": sample[.zippedMegabytes] = value
            case "glibc": sample[.newestGlibc] = value
            default: break
            }
        }
        return sample
    }
}
