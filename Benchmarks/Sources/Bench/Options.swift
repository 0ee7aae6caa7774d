// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

/// The command line.
struct Options {
    var amounts = Amounts.full
    var json: String?
    var kinds: Set<String> = ["runtime", "adapter", "emulator", "codec"]
    var floor: String?
    /// The measured function, linked as for Lambda.
    var function: String?
    /// The same without any shared library.
    var staticFunction: String?
    var sluice: String?
    var codec: String?
    /// sluice-adapter, linked as for Lambda, and the application that is measured behind it.
    var adapter: String?
    var adaptedApplication: String?
    /// AWS's runtime interface emulator.
    var interfaceEmulator: String?
    /// What looks into a program's file.
    var binaryScript: String?
    /// What decodes with botocore.
    var foreignCodec: String?
    /// Runtimes of others, under the same contract.
    var foreign: [(name: String, command: String)] = []
    /// Count instructions and hold them against this file, and measure nothing else.
    var thresholds: String?
    var wantsPinning = true
    var isHelpWanted = false

    static let help = """
        bench measures Sluice beside a floor in plain sockets. `Benchmarks/run` builds everything and starts it.

          --quick              fewer rounds, less than a minute
          --smoke              one round of little: whether every row can be measured; the figures mean nothing
          --rounds COUNT       how often everything is measured, beside the warm-up
          --only KIND          runtime, adapter, emulator or codec; can be repeated
          --runtime NAME=COMMAND
                               another runtime's function that follows the contract in README.md; can be repeated
          --rie PATH           AWS's runtime interface emulator, to compare buffered calls with
          --botocore PATH      the script that decodes with botocore
          --binary PATH        the script that looks into a function's file
          --no-pin             leave it to the scheduler which CPU the two sides run on
          --instructions FILE  only count the instructions of `--function` with valgrind, and hold them against a file
          --json FILE          write every round's values
          --floor, --function, --static-function, --adapter, --adapted-application, --sluice, --codec PATH
                               the programs that take part; `Benchmarks/run` names them
        """

    init(_ arguments: [String]) throws {
        var arguments = arguments[...]
        var only: Set<String> = []
        var rounds: Int?
        while let argument = arguments.popFirst() {
            func value() throws -> String {
                guard let value = arguments.popFirst() else { throw Failure("\(argument) needs a value") }
                return value
            }
            switch argument {
            case "--help", "-h": self.isHelpWanted = true
            case "--quick": self.amounts = .quick
            case "--smoke": self.amounts = .smoke
            case "--rounds":
                guard let count = Int(try value()), (1...1_000).contains(count) else {
                    throw Failure("--rounds needs a number, 1 to 1000")
                }
                rounds = count
            case "--no-pin": self.wantsPinning = false
            case "--instructions": self.thresholds = try value()
            case "--json": self.json = try value()
            case "--floor": self.floor = try value()
            case "--function": self.function = try value()
            case "--static-function": self.staticFunction = try value()
            case "--adapter": self.adapter = try value()
            case "--adapted-application": self.adaptedApplication = try value()
            case "--sluice": self.sluice = try value()
            case "--codec": self.codec = try value()
            case "--rie": self.interfaceEmulator = try value()
            case "--botocore": self.foreignCodec = try value()
            case "--binary": self.binaryScript = try value()
            case "--only":
                let kind = try value()
                guard self.kinds.contains(kind) else {
                    throw Failure("--only needs runtime, adapter, emulator or codec")
                }
                only.insert(kind)
            case "--runtime":
                let parts = try value().split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw Failure("--runtime needs NAME=COMMAND") }
                self.foreign.append((parts[0], parts[1]))
            default: throw Failure("\(argument) is unknown; --help names what there is")
            }
        }
        if !only.isEmpty { self.kinds = only }
        if let rounds { self.amounts.rounds = rounds }
    }
}
