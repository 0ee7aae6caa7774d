// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import Testing

/// When a fault strikes a response.
@Suite struct ResponseFaultMachineTests {
    enum Step: CaseIterable { case none, one, two, five, end }

    @Test(arguments: ByteFault.Kind.allCases)
    func everyShortScriptStrikesOnceBehindItsByteAndOnlyAKillDropsWhatFollows(_ kind: ByteFault.Kind) throws {
        for atByte in 0...6 {
            try everyScript(of: Step.allCases, length: 5) { script in
                var machine = ResponseFaultMachine(ByteFault(kind, atByte: atByte))
                var arrived = 0
                var forwarded = 0
                var strikes = machine.began() == .strike ? 1 : 0
                var hasEnded = false
                try demand((strikes == 1) == (atByte == 0), "at the beginning")
                for step in script where !hasEnded {
                    switch step {
                    case .none, .one, .two, .five:
                        let count = step == .none ? 0 : step == .one ? 1 : step == .two ? 2 : 5
                        arrived += count
                        var rest = count
                        if case .forwardThenStrike(let first) = machine.bytesArrived(rest) {
                            strikes += 1
                            forwarded += first
                            rest -= first
                            try demand(forwarded == atByte, "struck at \(forwarded)")
                            if machine.bytesArrived(rest) == .forward { forwarded += rest }
                        } else if strikes == 0 || kind != .kill {
                            forwarded += rest
                        }
                    case .end:
                        let end = machine.ended()
                        let expected: ResponseFaultMachine.OnEnd =
                            strikes == 0 ? .forwardUnstruck : kind == .kill ? .drop : .forward
                        try demand(end == expected, "\(end)")
                        hasEnded = true
                    }
                    try demand(strikes == (arrived >= atByte ? 1 : 0), "\(strikes) strikes at \(arrived)")
                    let reaches = kind == .kill ? min(arrived, atByte) : arrived
                    try demand(forwarded == reaches, "\(forwarded) of \(arrived) were forwarded")
                }
            }
        }
    }
}
