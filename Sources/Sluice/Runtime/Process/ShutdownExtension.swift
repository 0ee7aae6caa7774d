// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import SluiceWire

/// The internal extension for whose sake Lambda sends `SIGTERM`. It subscribes to nothing: internal extensions may not
/// have the `SHUTDOWN` event. (Lambda Developer Guide, "Extensions API".)
enum ShutdownExtension {
    private static let name = "sluice-shutdown"

    /// Before the first `/next`, which closes registration. `nil` when Lambda will have none: then the process just gets
    /// no signal.
    static func register(_ client: RuntimeClient, as name: String = Self.name, _ logger: Logger) async -> String? {
        let body = ByteBuffer(string: #"{"events":[]}"#)
        let host = client.host
        let request = RuntimeAPIRequest.registerExtension(name: name, bodyBytes: body.readableBytes, host: host)
        var reason = "the connection ended"
        if case .reply(let reply)? = try? await client.ask(request, body) {
            if reply.status == 200, let identifier = reply.headers.first(name: RuntimeAPIRequest.extensionIdentifier) {
                return identifier
            }
            reason = "status \(reply.status)"
        }
        logger.notice(
            "no extension was registered, so the process may be ended without SIGTERM",
            metadata: ["reason": "\(reason)"]
        )
        return nil
    }

    /// Lambda waits for every extension to ask for its next event before it counts the environment as ready. The answer
    /// never comes.
    static func hold(
        _ identifier: String,
        _ connector: any RuntimeConnector,
        _ loop: any EventLoop,
        _ logger: Logger
    ) async -> RuntimeFailure? {
        let client = RuntimeClient(connector, loop: loop, logger: logger)
        defer { client.close() }
        _ = try? await client.ask(.nextExtensionEvent(identifier: identifier, host: connector.host))
        return nil
    }
}
