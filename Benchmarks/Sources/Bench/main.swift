// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

do {
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    if options.isHelpWanted {
        print(Options.help)
        exit(0)
    }
    ChildProcess.passOnSignals()
    if let thresholds = options.thresholds {
        guard let function = options.function else { throw Failure("--instructions needs --function") }
        exit(try InstructionCheck.run(function: function, thresholds: thresholds) ? 0 : 1)
    }
    let machine = Machine.description()
    print(machine)
    if !options.amounts.areMeaningful { print("only whether everything can be measured: the figures mean nothing") }
    let benchmark = Benchmark(options)
    try benchmark.run()
    print(
        """

        Median of the rounds (least–most). ratio: to the floor of the same run; compare ratios, never figures of two runs.
        """
    )
    if let path = options.json {
        try JSONReport.write(JSONReport.text(machine: machine, benchmark.tables), to: path)
    }
    // A slow figure is no failure; one that could not be measured is.
    for table in benchmark.tables {
        for row in table.missing { note("not measured: \(table.candidate), \(row.title)") }
    }
    exit(benchmark.failures == 0 && benchmark.tables.allSatisfy(\.missing.isEmpty) ? 0 : 1)
} catch {
    note("bench: \(error)")
    exit(64)
}
