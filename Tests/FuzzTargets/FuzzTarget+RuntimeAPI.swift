// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SluiceHTTPServer
import SluiceRuntimeAPI
import SluiceServiceWire
import SluiceWire

extension FuzzTarget {
    /// What a runtime, or whoever finds its port, sends on a connection: an invocation waits, and an extension may speak
    /// on the same one. The first byte picks mode and pieces.
    static func tryRuntimeAPI(_ input: [UInt8]) throws(FuzzFinding) {
        var input = FuzzInput(input)
        let choice = input.byte()
        let bytes = input.bytes
        let mode: RelayMachine.Mode = choice & 1 == 0 ? .streaming : .buffered
        let hasExtensions = choice & 2 != 0
        let whole = try FuzzedRuntimeAPI.run(.whole, of: bytes, mode, hasExtensions: hasExtensions)
        let pieces: FuzzPieces = choice & 4 == 0 ? .uneven : .single
        let cut = try FuzzedRuntimeAPI.run(pieces, of: bytes, mode, hasExtensions: hasExtensions)
        try require(cut == whole, "\(pieces): \(cut), whole: \(whole)")
    }
}

/// One Runtime API whose runtime is the fuzzer.
private final class FuzzedRuntimeAPI: InvocationCaller {
    /// What the caller has in the end.
    struct Outcome: Equatable {
        var contentType: String?
        var body: [UInt8] = []
        var failure: String?
    }

    private var outcome = Outcome()
    private var ends = 0
    private var finding: String?

    static func run(
        _ pieces: FuzzPieces,
        of bytes: [UInt8],
        _ mode: RelayMachine.Mode,
        hasExtensions: Bool
    ) throws(FuzzFinding) -> Outcome {
        let caller = FuzzedRuntimeAPI()
        let session = RuntimeAPISession()
        let delegate = QuietDelegate()
        session.delegate = delegate
        if hasExtensions {
            session.extensions = ExtensionsSession(
                of: ExtensionFunction(name: "f", handler: "h", accountID: "1"),
                makeIdentifier: { "00000000-0000-4000-8000-000000000000" }
            )
            session.extensions?.delegate = delegate
        }
        delegate.session = session
        var shaping = ResponseShaping()
        shaping.limitBytes = 1_024
        session.assign(Self.invocation, relay: InvocationRelay(mode: mode, caller: caller, shaping: shaping))
        let channel = EmbeddedChannel()
        do {
            try HTTP1ServerHandler.configure(channel, router: session, bounds: .runtimes) { _ in }
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        } catch {
            throw FuzzFinding("no connection: \(error)")
        }
        for piece in pieces.of(bytes) where channel.isActive {
            // A parser that gives up says so here, and to its handlers.
            _ = try? channel.writeInbound(piece)
            channel.embeddedEventLoop.run()
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        channel.embeddedEventLoop.run()
        session.end { InvocationFailure.serviceStopped(requestID: $0) }
        if let finding = caller.finding { throw FuzzFinding(finding) }
        try require(caller.ends == 1, "the caller was told \(caller.ends) ends")
        return caller.outcome
    }

    private static let invocation = Invocation(
        requestID: "r",
        invocationID: "i",
        payload: ByteBuffer(string: "{}"),
        invokedFunctionARN: "arn:f",
        traceID: "Root=1",
        timeout: .seconds(3)
    )

    func responseBegan(contentType: String) {
        if self.outcome.contentType != nil || self.ends > 0 { self.finding = "a second beginning" }
        self.outcome.contentType = contentType
    }

    func received(_ bytes: ByteBuffer) {
        if self.outcome.contentType == nil || self.ends > 0 { self.finding = "bytes outside of a response" }
        self.outcome.body += bytes.readableBytesView
        if self.outcome.body.count > 1_024 { self.finding = "more bytes than the limit" }
    }

    func responseCompleted() { self.ends += 1 }

    func invocationFailed(_ failure: InvocationFailure) {
        self.ends += 1
        self.outcome.failure = failure.errorType
    }
}

/// The environment around it, which lets things take their course.
private final class QuietDelegate: RuntimeAPISessionDelegate, ExtensionsSessionDelegate {
    weak var session: RuntimeAPISession?

    func runtimeFinishedInit() {}
    func invocationDelivered(_ invocation: Invocation) -> TimeAmount { invocation.timeout }
    func responseFinished(_ invocation: Invocation, relay: InvocationRelay, failure: InvocationFailure?) {}
    func invocationFinished() {}
    func runtimeFailedInit(_ failure: InvocationFailure) { self.session?.end { _ in failure } }

    func everyExternalExtensionRegistered() {}
    func everyoneAskedForNext() { self.session?.releaseNext() }
    func extensionFailed(_ failure: ExtensionFailure) {
        self.session?.end { failure.invocationFailure(requestID: $0) }
    }
    func extensionSubscribed(_ name: String, to subscription: TelemetrySubscription) -> ExtensionRefusal? { nil }
    func extensionRefused(_ text: String) {}
}
