// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceServiceWire
import Testing

/// What `--fault` and the header of one request can say.
@Suite struct FaultPlanTests {
    @Test func readsEachFault() throws {
        #expect(try FaultPlan(parsing: "kill=1000").atByte == ByteFault(.kill, atByte: 1000))
        #expect(try FaultPlan(parsing: "freeze=0/250").atByte == ByteFault(.freeze, atByte: 0, milliseconds: 250))
        #expect(try FaultPlan(parsing: "drop=1").atByte == ByteFault(.drop, atByte: 1))
        #expect(try FaultPlan(parsing: "truncate=7").atByte == ByteFault(.truncate, atByte: 7))
        #expect(try FaultPlan(parsing: "slow=800").reading == .slow(bytesPerSecond: 800))
        #expect(try FaultPlan(parsing: "stall=5").reading == .stalled(afterBytes: 5))
        #expect(try FaultPlan(parsing: "stall=5/250").reading == .stalled(afterBytes: 5, milliseconds: 250))
        #expect(try FaultPlan(parsing: "throttle").throttlesEvery == 1)
        #expect(try FaultPlan(parsing: "throttle=3").throttlesEvery == 3)
        #expect(try FaultPlan(parsing: "init-crash").crashesInit)
    }

    @Test func readsSeveralAtOnce() throws {
        let plan = try FaultPlan(parsing: "kill=9 , slow=80,\tthrottle=2")
        #expect(plan.atByte?.kind == .kill)
        #expect(plan.reading == .slow(bytesPerSecond: 80))
        #expect(plan.throttlesEvery == 2)
        #expect(!plan.isEmpty)
    }

    @Test(arguments: [
        "", "kill", "kill=", "kill=-1", "kill=+1", "kill=1.5", "kill=99999999999999999999", "kill=1/5", "freeze=/5",
        "freeze=1/", "slow=0", "slow", "throttle=0", "throttle=x", "init-crash=1", "kill=1,drop=2", "slow=1,stall=2",
        "stall=1/", "slow=1/2", "explode=1", "kill=1,", "Kill=1", "kill = 1",
    ])
    func refusesWhatNamesNoFault(text: String) {
        #expect(throws: FaultPlanError.self) { try FaultPlan(parsing: text) }
    }

    @Test func saysWhichFaultsThereAre() {
        let error = #expect(throws: FaultPlanError.self) { try FaultPlan(parsing: "explode=1") }
        for name in ByteFault.Kind.allCases.map(\.rawValue) + ["slow", "stall", "throttle", "init-crash"] {
            #expect(error?.description.contains(name) == true, "\(name)")
        }
    }

    @Test func aRequestsOwnWordCountsMore() throws {
        let all = try FaultPlan(parsing: "kill=1,throttle=4")
        let own = try FaultPlan(parsing: "drop=2,slow=8")
        let both = all.overridden(by: own)
        #expect(both.atByte == ByteFault(.drop, atByte: 2))
        #expect(both.reading == .slow(bytesPerSecond: 8))
        #expect(both.throttlesEvery == 4)
        #expect(all.overridden(by: .none) == all)
    }

    @Test func aHeaderThatNamesNoneIsRefusedAsAParameter() throws {
        #expect(try FaultPlan(HTTPFields()).isEmpty)
        #expect(try FaultPlan([InvokeRequestHeader.fault: "drop=1"]).atByte?.kind == .drop)
        let error = #expect(throws: InvokeError.self) { try FaultPlan([InvokeRequestHeader.fault: "explode"]) }
        #expect(error?.status == 400)
        #expect(error?.type == "InvalidParameterValueException")
    }
}
