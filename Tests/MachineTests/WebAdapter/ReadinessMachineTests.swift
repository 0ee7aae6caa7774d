// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice
import SluiceWebAdapter
import Testing

@Suite struct ReadinessMachineTests {
    private let refused = ReadinessMachine.Look.refused("connection refused")

    private func machine(seconds: Int = 60, async: Bool = false) -> ReadinessMachine {
        var configuration = AdapterConfiguration()
        configuration.readiness.timeoutSeconds = seconds
        configuration.startsAsynchronously = async
        return ReadinessMachine(configuration, nowMilliseconds: 1_000)
    }

    @Test func servesWhenTheApplicationIsReady() {
        var machine = self.machine()
        #expect(machine.looked(self.refused, nowMilliseconds: 1_010) == .lookAgain)
        #expect(machine.looked(.unhealthy(status: 503), nowMilliseconds: 1_020) == .lookAgain)
        #expect(machine.looked(.ready, nowMilliseconds: 1_030) == .serve)
        #expect(machine.looked(.ready, nowMilliseconds: 1_040) == .nothing)
    }

    /// Lambda ends a start after ten seconds without a word; this is the word.
    @Test func warnsOnceBeforeLambdasTimeIsOver() {
        var machine = self.machine()
        #expect(machine.looked(.unhealthy(status: 503), nowMilliseconds: 10_499) == .lookAgain)
        #expect(machine.looked(self.refused, nowMilliseconds: 10_500) == .warnAndLookAgain(self.refused))
        #expect(machine.looked(self.refused, nowMilliseconds: 10_510) == .lookAgain)
        #expect(machine.looked(.ready, nowMilliseconds: 20_000) == .serve)
    }

    /// While nobody accepts a connection, and not more often than once a second.
    @Test func hintsAtOthersFromTheSecondSecondOn() {
        var machine = self.machine()
        #expect(machine.looked(self.refused, nowMilliseconds: 2_999) == .lookAgain)
        #expect(machine.looked(.unhealthy(status: 503), nowMilliseconds: 3_000) == .lookAgain)
        #expect(machine.looked(self.refused, nowMilliseconds: 3_010) == .hintAndLookAgain)
        #expect(machine.looked(self.refused, nowMilliseconds: 4_009) == .lookAgain)
        #expect(machine.looked(self.refused, nowMilliseconds: 4_010) == .hintAndLookAgain)
        #expect(machine.looked(self.refused, nowMilliseconds: 10_500) == .warnAndLookAgain(self.refused))
        #expect(machine.looked(self.refused, nowMilliseconds: 12_000) == .lookAgain)
    }

    @Test func anAsynchronousStartServesThen() {
        var machine = self.machine(async: true)
        #expect(machine.looked(.noAnswer("x"), nowMilliseconds: 10_499) == .lookAgain)
        #expect(machine.looked(self.refused, nowMilliseconds: 10_500) == .serveUnready(self.refused))
    }

    @Test func failsWhenItsTimeIsOver() {
        var machine = self.machine(seconds: 2)
        #expect(machine.looked(self.refused, nowMilliseconds: 2_999) == .lookAgain)
        #expect(machine.looked(self.refused, nowMilliseconds: 3_000) == .fail(self.refused))
    }

    @Test func theErrorSaysWhatToChange() {
        func text(
            _ look: ReadinessMachine.Look,
            _ listeners: [String] = [],
            at address: AdapterConfiguration.Address = .port(host: "127.0.0.1", 8_080)
        ) -> String {
            ReadinessError.timedOut(seconds: 9, address: address, look: look, listeners: listeners).errorMessage
        }
        #expect(text(self.refused).contains("AWS_LWA_ASYNC_INIT=true"))
        #expect(text(self.refused, ["port 3000"]).contains("listens on port 3000"))
        #expect(text(.unhealthy(status: 503)).contains("status 503"))
        #expect(text(.unhealthy(status: 503)).contains("AWS_LWA_READINESS_CHECK_HEALTHY_STATUS"))
        #expect(text(.noAnswer("x")).contains("AWS_LWA_READINESS_CHECK_PROTOCOL=tcp"))
        let socket = AdapterConfiguration.Address.socket(path: "/tmp/app.sock")
        #expect(
            text(self.refused, at: socket).contains(
                "nor at the socket /tmp/app.sock, which SLUICE_ADAPTER_SOCKET names"
            )
        )
        #expect(text(self.refused, ["port 3000"], at: socket).contains("take SLUICE_ADAPTER_SOCKET away"))
        let exit = ReadinessError.exited(ApplicationExit(.code(3), lastLines: ["no module named app"])).errorMessage
        #expect(exit.contains("ended with code 3. Start the same command") && exit.hasSuffix("no module named app"))
    }

    @Test(arguments: [
        (ApplicationExit.Status.code(0), "stay in the foreground"), (.code(126), "chmod +x"), (.code(127), "not found"),
        (.signal(9), "more memory"), (.signal(11), "Start the same command"),
    ])
    func anEndIsToldWithWhatToChange(status: ApplicationExit.Status, advice: String) {
        let message = ReadinessError.exited(ApplicationExit(status, lastLines: [])).errorMessage
        #expect(message.contains(advice) && message.hasSuffix(". It wrote nothing to its standard error"))
    }

    @Test func whatTheApplicationWroteIsToldWhereItIsKnown() {
        func text(_ lines: [String]?) -> String {
            let address = AdapterConfiguration.Address.port(host: "127.0.0.1", 8_080)
            return ReadinessError.timedOut(
                seconds: 9,
                address: address,
                look: self.refused,
                listeners: [],
                lastLines: lines
            ).errorMessage
        }
        #expect(
            text(["waiting for the database", "again"]).hasSuffix("standard error:\nwaiting for the database\nagain")
        )
        #expect(!text(nil).contains("standard error"))
    }
}
