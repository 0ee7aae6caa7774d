// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import NIOEmbedded
import SluiceHTTPServer
import SluiceRuntimeAPI
import SluiceServiceWire
import SluiceWire

/// A Runtime API session without sockets: the test is the runtime, the caller and the service.
final class ScriptedRuntime {
    let session = RuntimeAPISession()
    let log = SessionLog()
    let server: EmbeddedServer

    static let root = "/2018-06-01/runtime/"

    init() {
        self.server = EmbeddedServer(router: self.session, bounds: .runtimes)
        self.session.delegate = self.log
    }

    func connect() throws -> EmbeddedConnection { try self.server.connect() }

    /// The service gives the runtime something to do. Answers what its caller hears.
    @discardableResult
    func assign(
        _ requestID: String = "r1",
        mode: RelayMachine.Mode = .streaming,
        payload: String = "{}",
        shaping: ResponseShaping = ResponseShaping()
    ) -> (caller: RecordingCaller, relay: InvocationRelay) {
        let caller = RecordingCaller()
        let relay = InvocationRelay(mode: mode, caller: caller, shaping: shaping)
        let invocation = Invocation(
            requestID: requestID,
            invocationID: "delivery-\(requestID)",
            payload: ByteBuffer(string: payload),
            invokedFunctionARN: "arn:f",
            traceID: "Root=1",
            timeout: .seconds(3)
        )
        self.session.assign(invocation, relay: relay)
        self.server.loop.run()
        return (caller, relay)
    }

    static func next() -> String { "GET \(root)invocation/next HTTP/1.1\r\n\r\n" }

    /// A POST with a body in chunks. `chunks: nil` sends the head alone; `trailers: nil` leaves the end open.
    static func post(
        _ resource: String,
        _ fields: [String] = [],
        chunks: [String]? = nil,
        trailers: [String]? = nil
    ) -> String {
        var text = "POST \(self.root)\(resource) HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
        for field in fields { text += field + "\r\n" }
        text += "\r\n"
        for chunk in chunks ?? [] { text += self.chunk(chunk) }
        if let trailers { text += self.end(trailers) }
        return text
    }

    static func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n" }

    static func end(_ trailers: [String] = []) -> String {
        "0\r\n" + trailers.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    /// A whole response of one chunk.
    static func response(_ requestID: String = "r1", _ body: String = "hi", _ fields: [String] = []) -> String {
        self.post("invocation/\(requestID)/response", fields, chunks: [body], trailers: [])
    }

    static let streaming = "Lambda-Runtime-Function-Response-Mode: streaming"
}

/// What a caller hears, in words.
final class RecordingCaller: InvocationCaller {
    private(set) var heard: [String] = []
    private(set) var failure: InvocationFailure?
    private(set) var bytes = 0

    func responseBegan(contentType: String) { self.heard.append("began " + contentType) }

    func received(_ bytes: ByteBuffer) {
        self.bytes += bytes.readableBytes
        self.heard.append(bytes.readableBytes > 100 ? "\(bytes.readableBytes) bytes" : String(buffer: bytes))
    }

    func responseCompleted() { self.heard.append("completed") }

    func invocationFailed(_ failure: InvocationFailure) {
        self.failure = failure
        self.heard.append("failed " + failure.errorType)
    }
}

/// What a session tells its owner, in words.
final class SessionLog: RuntimeAPISessionDelegate {
    private(set) var entries: [String] = []

    func runtimeAskedForNext() { self.entries.append("asked") }
    func runtimeFinishedInit() { self.entries.append("init finished") }

    func invocationDelivered(_ invocation: Invocation) -> TimeAmount {
        self.entries.append("delivered " + invocation.requestID)
        return invocation.timeout
    }

    func responseFinished(_ invocation: Invocation, relay: InvocationRelay, failure: InvocationFailure?) {
        self.entries.append("response finished " + (failure?.errorType ?? "well"))
    }

    func workerIsIdle() { self.entries.append("worker idle") }
    func workerLost() { self.entries.append("worker lost") }
    func invocationFinished() { self.entries.append("invocation finished") }
    func runtimeFailedInit(_ failure: InvocationFailure) { self.entries.append("init failed " + failure.errorType) }
}
