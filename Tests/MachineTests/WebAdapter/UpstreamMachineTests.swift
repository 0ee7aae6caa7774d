// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOHTTP1
import Sluice
import SluiceWebAdapter
import Testing

@Suite struct UpstreamMachineTests {
    @Test func aConnectionServesOneRequestAfterTheOther() {
        var machine = UpstreamMachine()
        for _ in 0..<2 {
            #expect(machine.isIdle)
            machine.requestSent()
            #expect(!machine.isIdle)
            #expect(machine.headCame(status: 200, keepsAlive: true) == .deliver)
            #expect(machine.bytesCame(5) == true)
            #expect(machine.bodyBytes == 5)
            #expect(machine.endCame() == .complete(keepsConnection: true))
        }
    }

    @Test func oneThatIsToCloseIsNotUsedAgain() {
        var machine = UpstreamMachine()
        machine.requestSent()
        #expect(machine.headCame(status: 200, keepsAlive: false) == .deliver)
        #expect(machine.endCame() == .complete(keepsConnection: false))
        #expect(!machine.isIdle && machine.isClosed)
    }

    @Test func aChangeOfProtocolIsRefused() {
        var machine = UpstreamMachine()
        machine.requestSent()
        #expect(machine.headCame(status: 101, keepsAlive: true) == .fail(.upgraded))
        #expect(machine.isClosed)
    }

    @Test func anAnswerToNoRequestIsNotBelieved() {
        var machine = UpstreamMachine()
        guard case .fail(.malformed) = machine.headCame(status: 200, keepsAlive: true) else {
            Issue.record("it was")
            return
        }
        #expect(machine.isClosed)
    }

    @Test func anEndBeforeTheHeadIsNoAnswer() {
        var machine = UpstreamMachine()
        machine.requestSent()
        #expect(machine.closed(reason: "gone") == .fail(.noAnswer(reason: "gone")))
    }

    @Test func anEndInTheBodyIsABreak() {
        var machine = UpstreamMachine()
        machine.requestSent()
        _ = machine.headCame(status: 200, keepsAlive: true)
        _ = machine.bytesCame(7)
        #expect(machine.closed(reason: "gone") == .fail(.brokeOff(bodyBytes: 7, reason: "gone")))
        #expect(machine.closed(reason: "gone") == .ignore, "once")
    }

    @Test func anIdleConnectionEndsUnnoticed() {
        var machine = UpstreamMachine()
        #expect(machine.closed(reason: "gone") == .ignore)
        #expect(machine.isClosed)
    }

    /// Every sequence of up to six events: what is delivered is one head, its bytes and one end; what fails, fails once.
    @Test func noSequenceOfEventsDeliversOutOfOrder() {
        for script in 0..<Int(46_656) {
            var machine = UpstreamMachine()
            var rest = script
            var heads = 0
            var failures = 0
            var isInBody = false
            for _ in 0..<6 {
                switch rest % 6 {
                case 0:
                    if machine.isIdle { (heads, failures) = (0, 0) }
                    machine.requestSent()
                case 1:
                    switch machine.headCame(status: 200, keepsAlive: rest % 2 == 0) {
                    case .deliver:
                        heads += 1
                        isInBody = true
                    case .fail: failures += 1
                    case .ignore: break
                    }
                case 2: #expect(machine.bytesCame(1) == isInBody)
                case 3:
                    if case .complete = machine.endCame() {
                        #expect(isInBody)
                        isInBody = false
                    }
                case 4:
                    if case .fail = machine.closed(reason: "") { failures += 1 }
                    isInBody = false
                default:
                    _ = machine.left()
                    isInBody = machine.isInBody
                }
                #expect(heads <= 1 && failures <= 1)
                #expect(!(machine.isIdle && isInBody))
                rest /= 6
            }
        }
    }

    @Test func aHeadIsWhatBelongsToTheCaller() throws {
        let head = try UpstreamHead(
            HTTPResponseHead(
                version: .http1_1,
                status: .created,
                headers: [
                    "Content-Type": "text/plain", "Content-Length": "5", "Transfer-Encoding": "chunked",
                    "Connection": "keep-alive, X-Hop", "X-Hop": "1", "Keep-Alive": "timeout=5",
                    "Set-Cookie": "a=1; Path=/",
                    "set-cookie": "b=2", "Vary": "a", "vary": "b", "Trailer": "x", "Upgrade": "h2c",
                ]
            )
        )
        #expect(head.status == .created)
        #expect(head.cookies == ["a=1; Path=/", "b=2"])
        #expect(
            head.fields.map { "\($0.name.canonicalName): \($0.value)" } == [
                "content-type: text/plain", "vary: a", "vary: b",
            ]
        )
    }

    @Test(arguments: [100, 199, 600, 999])
    func aStatusThatNoFunctionCanAnswerWithIsRefused(code: Int) {
        #expect(throws: UpstreamError.unusableStatus(code)) {
            try UpstreamHead(HTTPResponseHead(version: .http1_1, status: .init(statusCode: code)))
        }
    }

    @Test func anErrorStatusIsToldWithItsBodyAsJSON() {
        let error = UpstreamError.errorStatus(503, body: "a \"b\"\\\n\u{01}ä")
        #expect(error.errorMessage == #"{"statusCode":503,"body":"a \"b\"\\\n\u0001ä"}"#)
        #expect(error.errorType == "Adapter.ErrorStatus")
    }
}
