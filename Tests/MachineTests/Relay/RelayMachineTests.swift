// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

/// The stories of one response, a row of the machine's diagram each.
@Suite struct RelayMachineTests {
    private static let both = [RelayMachine.Mode.buffered, .streaming]

    @Test(arguments: both) func forwardsHeadBytesAndEnd(mode: RelayMachine.Mode) {
        var machine = RelayMachine(mode: mode, limitBytes: 3)
        #expect(machine.description == "waiting")
        #expect(machine.responseBegan(responseMode: "streaming") == .forward(paused: false))
        #expect(machine.bodyArrived(byteCount: 1) == .forward)
        #expect(machine.bodyArrived(byteCount: 2) == .forward)
        #expect(machine.description == "responding, 3 bytes, trailers count")
        #expect(machine.responseEnded(hasErrorTrailers: false) == .complete)
        #expect(machine.description == "over")
        #expect(machine.isOver == true)
    }

    @Test func takesALimitFromTheModeWhenNoneIsNamed() {
        for (mode, limit) in [(RelayMachine.Mode.buffered, 6_291_556), (.streaming, 209_715_200)] {
            var machine = RelayMachine(mode: mode)
            #expect(machine.responseBegan(responseMode: nil) == .forward(paused: false))
            #expect(machine.bodyArrived(byteCount: limit) == .forward)
            #expect(machine.bodyArrived(byteCount: 1) == .forwardThenFail(firstBytes: 0))
        }
    }

    @Test func aStreamOverTheLimitIsForwardedUpToIt() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        _ = machine.responseBegan(responseMode: "streaming")
        #expect(machine.bodyArrived(byteCount: 2) == .forward)
        #expect(machine.bodyArrived(byteCount: 4) == .forwardThenFail(firstBytes: 1))
        #expect(machine.bodyArrived(byteCount: 1) == .ignore)
        #expect(machine.responseEnded(hasErrorTrailers: true) == .ignore)
        #expect(machine.description == "over")
    }

    @Test func aBufferedResponseOverTheLimitIsNotForwardedAnyFurther() {
        var machine = RelayMachine(mode: .buffered, limitBytes: 3)
        _ = machine.responseBegan(responseMode: nil)
        #expect(machine.bodyArrived(byteCount: 4) == .forwardThenFail(firstBytes: 0))
        #expect(machine.description == "over")
    }

    @Test func aByteCountThatWouldOverflowIsOverTheLimit() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        _ = machine.responseBegan(responseMode: nil)
        #expect(machine.bodyArrived(byteCount: 1) == .forward)
        #expect(machine.bodyArrived(byteCount: .max) == .forwardThenFail(firstBytes: 2))
    }

    /// Row by row as Lambda's server does it: the invoke decides, the header only announces trailers.
    @Test(arguments: [
        (RelayMachine.Mode.streaming, "streaming" as String?, RelayMachine.OnResponseEnded.failWithTrailers),
        (.streaming, nil, .failWithTrailers),
        (.buffered, "streaming", .failWithTrailers),
        (.buffered, nil, .complete),
    ])
    func believesTrailers(mode: RelayMachine.Mode, header: String?, end: RelayMachine.OnResponseEnded) {
        var machine = RelayMachine(mode: mode, limitBytes: 3)
        _ = machine.responseBegan(responseMode: header)
        #expect(machine.responseEnded(hasErrorTrailers: true) == end)
        #expect(machine.isOver == true)
    }

    @Test(arguments: ["Streaming", "buffered", " streaming"])
    func anyOtherModeFailsTheInvocation(header: String) {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        #expect(machine.responseBegan(responseMode: header) == .refuseMode)
        #expect(machine.description == "over")
        #expect(machine.responseBegan(responseMode: "streaming") == .refuseSecond)
    }

    @Test func aSecondResponseIsRefusedAndLeavesTheFirstAlone() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        _ = machine.responseBegan(responseMode: "streaming")
        #expect(machine.responseBegan(responseMode: "Streaming") == .refuseSecond)
        #expect(machine.description == "responding, 0 bytes, trailers count")
        #expect(machine.bodyArrived(byteCount: 3) == .forward)
    }

    @Test func anErrorIsTakenBeforeTheResponseOnly() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        #expect(machine.errorReported() == .fail)
        #expect(machine.errorReported() == .refuse)
        #expect(machine.description == "over")

        var late = RelayMachine(mode: .streaming, limitBytes: 3)
        _ = late.responseBegan(responseMode: "streaming")
        #expect(late.errorReported() == .refuse)
        #expect(late.description == "responding, 0 bytes, trailers count")
    }

    @Test func aBrokenConnectionFailsAResponseUnderWayOnly() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        #expect(machine.responseTruncated() == .ignore)
        #expect(machine.description == "waiting")
        _ = machine.responseBegan(responseMode: "streaming")
        #expect(machine.responseTruncated() == .fail)
        #expect(machine.responseTruncated() == .ignore)
        #expect(machine.description == "over")
    }

    @Test func theRuntimesEndFailsWhatIsNotOver() {
        var waiting = RelayMachine(mode: .buffered)
        #expect(waiting.runtimeEnded() == .fail)
        #expect(waiting.runtimeEnded() == .ignore)
        var responding = RelayMachine(mode: .buffered)
        _ = responding.responseBegan(responseMode: nil)
        #expect(responding.runtimeEnded() == .fail)
        #expect(responding.description == "over")
    }

    @Test func aFullCallerPausesTheRuntimeUntilItHasRoom() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        _ = machine.responseBegan(responseMode: "streaming")
        #expect(machine.callerFlowChanged(isFull: true) == .pauseRuntime)
        #expect(machine.callerFlowChanged(isFull: true) == .nothing)
        #expect(machine.bodyArrived(byteCount: 1) == .forward, "what was on its way already")
        #expect(machine.callerFlowChanged(isFull: false) == .resumeRuntime)
        #expect(machine.callerFlowChanged(isFull: false) == .nothing)
    }

    /// The rest of an earlier response on the caller's connection can fill it before this one begins.
    @Test func aCallerThatIsFullFromTheBeginningPausesTheRuntimeAtItsHead() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        #expect(machine.callerFlowChanged(isFull: true) == .nothing)
        #expect(machine.description == "waiting, caller full")
        #expect(machine.responseBegan(responseMode: "streaming") == .forward(paused: true))
        #expect(machine.callerFlowChanged(isFull: false) == .resumeRuntime)
    }

    @Test func aCallerThatLeavesLetsTheRuntimeRunOn() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        _ = machine.responseBegan(responseMode: "streaming")
        _ = machine.callerFlowChanged(isFull: true)
        #expect(machine.callerDisappeared() == .resumeRuntime)
        #expect(machine.callerDisappeared() == .nothing)
        #expect(machine.callerFlowChanged(isFull: true) == .nothing)
        #expect(machine.bodyArrived(byteCount: 2) == .drain)
        #expect(machine.description == "responding, 2 bytes, trailers count, caller gone")
        #expect(machine.bodyArrived(byteCount: 2) == .forwardThenFail(firstBytes: 0))
        #expect(machine.callerIsGone == true)
        #expect(machine.isOver == true)
    }

    @Test func afterTheEndNobodyIsPausedOrResumed() {
        var machine = RelayMachine(mode: .streaming, limitBytes: 3)
        _ = machine.responseBegan(responseMode: "streaming")
        _ = machine.callerFlowChanged(isFull: true)
        _ = machine.responseEnded(hasErrorTrailers: false)
        #expect(machine.callerFlowChanged(isFull: false) == .nothing)
        #expect(machine.callerFlowChanged(isFull: true) == .nothing)
        #expect(machine.callerDisappeared() == .nothing)
        #expect(machine.description == "over, caller gone")
    }
}
