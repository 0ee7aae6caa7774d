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

/// AWS's own runtime interface emulator with the same function behind it. It streams nothing, so what can be compared is
/// a buffered call; `sluice serve` is measured by the same calls.
enum InterfaceEmulatorMeasurement {
    static func measure(_ program: String, function: String, _ amounts: Amounts) throws -> Sample {
        Placement.free()
        // It cannot be told to choose its ports by itself.
        let own = try Listener().port
        let runtimeAPI = try Listener().port
        let words = [
            program, "--runtime-interface-emulator-address", "127.0.0.1:\(own)",
            "--runtime-api-address", "127.0.0.1:\(runtimeAPI)", function,
        ]
        let process = try ChildProcess(words)
        defer { process.stop() }
        let caller = Caller(port: own, path: "/2015-03-31/functions/function/invocations")
        try self.awaitListening(caller)
        let tiny = WorkOrder(.tiny)
        _ = try caller.callInTurn(tiny, count: max(1, amounts.callWarmUps))
        let seconds = try caller.callInTurn(tiny, count: amounts.calls).seconds
        return [.tinyBesideInterfaceEmulatorPerSecond: Double(amounts.calls) / seconds]
    }

    /// It says nothing when it listens.
    private static func awaitListening(_ caller: Caller) throws {
        for _ in 0..<5_000 {
            if (try? Connection(port: caller.port)) != nil { return }
            usleep(1_000)
        }
        throw Failure("the runtime interface emulator does not listen")
    }
}
