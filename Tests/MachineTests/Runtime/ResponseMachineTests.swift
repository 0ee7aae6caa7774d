// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct ResponseMachineTests {
    @Test func streamsFromTheHeadToTheReply() {
        var machine = ResponseMachine()
        #expect(machine.resultReturned(.streamed) == .openStream)
        #expect(machine.wrote(bytes: 3) == .sendChunk)
        #expect(machine.wrote(bytes: 0) == .sendNothing)
        #expect(machine.bodyReturned() == .sendEnd)
        #expect(machine.outcome == nil)
        #expect(machine.replied(status: 202) == .finish(.accepted))
        #expect(machine.outcome == .accepted)
        #expect(machine.wrote(bytes: 1) == .refuseAsMisplaced)
    }

    @Test func endsABodyThatThrowsWithTrailers() {
        var machine = ResponseMachine()
        #expect(machine.resultReturned(.streamed) == .openStream)
        #expect(machine.bodyThrew() == .sendEndWithErrorTrailers)
        #expect(machine.bodyReturned() == .sendNothing)
        #expect(machine.replied(status: 202) == .finish(.accepted))
    }

    @Test func postsNoErrorOnceTheResponseHasBegun() {
        var machine = ResponseMachine()
        #expect(machine.resultReturned(.streamed) == .openStream)
        #expect(machine.handlerThrew() == .ignore)
        #expect(machine.wrote(bytes: 1) == .sendChunk)
    }

    @Test func refusesABufferedResponseOneByteOverTheLimit() {
        var machine = ResponseMachine()
        #expect(machine.resultReturned(.buffered(bytes: 6_291_557)) == .postErrorResponseTooLarge)
        #expect(machine.replied(status: 202) == .finish(.accepted))
        var fitting = ResponseMachine()
        #expect(fitting.resultReturned(.buffered(bytes: 6_291_556)) == .postBuffered)
    }

    @Test func tellsTheWriterOfAnEarlyRefusalAndSendsNothingMore() {
        var machine = ResponseMachine()
        #expect(machine.resultReturned(.streamed) == .openStream)
        #expect(machine.replied(status: 413) == .stopSending(.refused(status: 413)))
        #expect(machine.wrote(bytes: 1) == .refuse(.refused(status: 413)))
        #expect(machine.connectionClosed() == .ignore)
        #expect(machine.bodyThrew() == .sendNothing)
        #expect(machine.outcome == .refused(status: 413))
    }

    @Test func goesOnSendingAfterAnEarlyAcceptance() {
        var machine = ResponseMachine()
        #expect(machine.resultReturned(.streamed) == .openStream)
        #expect(machine.replied(status: 202) == .keepSending)
        #expect(machine.wrote(bytes: 1) == .sendChunk)
        #expect(machine.bodyReturned() == .sendEnd)
        #expect(machine.outcome == .accepted)
    }

    @Test func postsAWholeMessageOnceMoreWhenTheConnectionWasStale() {
        var machine = ResponseMachine()
        #expect(machine.handlerThrew() == .postError)
        #expect(machine.connectionClosed() == .postAgain)
        #expect(machine.connectionClosed() == .finish(.connectionLost))
        #expect(machine.outcome == .connectionLost)
    }

    @Test func neverSendsAStreamTwice() {
        var machine = ResponseMachine()
        #expect(machine.resultReturned(.streamed) == .openStream)
        #expect(machine.connectionClosed() == .stopSending(.connectionLost))
        #expect(machine.wrote(bytes: 1) == .refuse(.connectionLost))
        #expect(machine.bodyReturned() == .sendNothing)
        #expect(machine.outcome == .connectionLost)
    }

    @Test(arguments: [
        (200, ResponseOutcome.accepted), (202, .accepted), (410, .late), (400, .refused(status: 400)),
        (403, .refused(status: 403)), (413, .refused(status: 413)), (500, .containerError),
        (502, .refused(status: 502)), (301, .refused(status: 301)), (0, .refused(status: 0)),
    ])
    func readsAReplysStatus(status: Int, outcome: ResponseOutcome) {
        #expect(ResponseOutcome(status: status) == outcome)
    }

    // MARK: Every short script

    private enum Input: CaseIterable {
        case returnBuffered, returnTooLarge, returnStream, handlerThrows, write, writeNothing, bodyReturns, bodyThrows
        case reply202, reply413, closed
    }

    /// What a script made the machine send, and what it was told.
    private struct Trace {
        var heads = 0
        var wholeMessages = 0
        var ends = 0
        var sentAfterEnd = false
        var sentAfterRefusal = false
        var refused = false
        var finishes = 0
        /// Whether something was sent that only a streamed head allows.
        var sentWithoutHead = false
    }

    private func run(_ script: [Input]) -> (trace: Trace, outcome: ResponseOutcome?) {
        var machine = ResponseMachine()
        var trace = Trace()
        for input in script {
            self.feed(input, to: &machine, &trace)
        }
        return (trace, machine.outcome)
    }

    private func feed(_ input: Input, to machine: inout ResponseMachine, _ trace: inout Trace) {
        switch input {
        case .returnBuffered: self.note(machine.resultReturned(.buffered(bytes: 1)), in: &trace)
        case .returnTooLarge: self.note(machine.resultReturned(.buffered(bytes: 7_000_000)), in: &trace)
        case .returnStream: self.note(machine.resultReturned(.streamed), in: &trace)
        case .handlerThrows: if machine.handlerThrew() == .postError { trace.wholeMessages += 1 }
        case .write: if machine.wrote(bytes: 1) == .sendChunk { self.noteSent(in: &trace) }
        case .writeNothing: #expect(machine.wrote(bytes: 0) != .sendChunk)
        case .bodyReturns: self.note(machine.bodyReturned(), in: &trace)
        case .bodyThrows: self.note(machine.bodyThrew(), in: &trace)
        case .reply202: self.note(machine.replied(status: 202), in: &trace)
        case .reply413: self.note(machine.replied(status: 413), in: &trace)
        case .closed:
            switch machine.connectionClosed() {
            case .ignore: break
            case .postAgain: trace.wholeMessages += 1
            case .stopSending: trace.refused = true
            case .finish: trace.finishes += 1
            }
        }
    }

    private func note(_ action: ResponseMachine.OnResult, in trace: inout Trace) {
        switch action {
        case .openStream: trace.heads += 1
        case .postBuffered, .postErrorResponseTooLarge: trace.wholeMessages += 1
        case .ignore: break
        }
    }

    private func note(_ action: ResponseMachine.OnBodyEnd, in trace: inout Trace) {
        guard action != .sendNothing else { return }
        self.noteSent(in: &trace)
        trace.ends += 1
    }

    private func note(_ action: ResponseMachine.OnReply, in trace: inout Trace) {
        switch action {
        case .finish: trace.finishes += 1
        case .stopSending: trace.refused = true
        case .keepSending, .closeConnection: break
        }
    }

    private func noteSent(in trace: inout Trace) {
        trace.sentWithoutHead = trace.sentWithoutHead || trace.heads == 0
        trace.sentAfterEnd = trace.sentAfterEnd || trace.ends > 0
        trace.sentAfterRefusal = trace.sentAfterRefusal || trace.refused
    }

    /// 177,155 scripts.
    @Test func noScriptOfUpToFiveInputsBreaksTheInvariants() {
        var scripts: [[Input]] = [[]]
        for _ in 1...5 {
            scripts = scripts.flatMap { script in Input.allCases.map { script + [$0] } }
            for script in scripts {
                let (trace, outcome) = self.run(script)
                let fine =
                    trace.heads + min(trace.wholeMessages, 1) <= 1 && trace.wholeMessages <= 2 && trace.ends <= 1
                    && !trace.sentWithoutHead && !trace.sentAfterEnd && !trace.sentAfterRefusal
                    && trace.finishes <= 1 && (trace.finishes == 0 || outcome != nil)
                if !fine { Issue.record("\(script): \(trace), \(String(describing: outcome))") }
            }
        }
    }

    /// Whatever came before, an answer that began is over after the body's end, a reply and the connection's end.
    @Test func everyAnswerThatBeganComesToAnEnd() {
        var scripts: [[Input]] = [[]]
        for _ in 1...4 {
            scripts = scripts.flatMap { script in Input.allCases.map { script + [$0] } }
            for script in scripts {
                let (trace, _) = self.run(script)
                guard trace.heads + trace.wholeMessages > 0 else { continue }
                if self.run(script + [.bodyReturns, .reply202]).outcome == nil {
                    Issue.record("\(script) does not end with a reply")
                }
                if self.run(script + [.bodyThrows, .closed, .closed]).outcome == nil {
                    Issue.record("\(script) does not end with the connection")
                }
            }
        }
    }
}
