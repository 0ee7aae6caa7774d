// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import NIOCore
internal import Sluice
package import SluiceWire

/// What an event is to the adapter.
package enum AdapterEvent {
    case http(HTTPRequestEvent)
    /// Anything else, as it came.
    case other(ByteBuffer)

    /// - Throws: for an event that is an HTTP request by its form, and a broken one.
    package init(_ event: ByteBuffer) throws(InvalidEvent) {
        // Each event of a request has one of these. Others only resemble them: those of Bedrock's agents have an httpMethod.
        guard let value = try? JSONValue(parsing: event), let members = value.objectValue,
            members["requestContext"]?.objectValue != nil || members["raw_path"] != nil
        else {
            self = .other(event)
            return
        }
        do {
            self = .http(try HTTPRequestEvent(value))
        } catch .notHTTP {
            self = .other(event)
        } catch {
            throw InvalidEvent(reason: "\(error)")
        }
    }
}

package struct InvalidEvent: ReportedError, CustomStringConvertible {
    let reason: String

    package var errorType: String { "Adapter.InvalidEvent" }
    package var description: String { "the event cannot be made a request: \(self.reason)" }
}

extension HTTPRequestEvent {
    /// No service that makes events of requests passes a change of protocol on. Most drop the field `Upgrade` before; the
    /// key of a WebSocket's handshake is left then. (RFC 6455, section 4.1.)
    var asksForWebSocket: Bool {
        if self.headers[Self.webSocketKey] != nil { return true }
        return self.headers[.upgrade].map { $0.utf8.split(separator: UInt8(ascii: ",")) }?.contains { word in
            String(Substring(word)).lowercased().filter { $0 != " " } == "websocket"
        } ?? false
    }

    private static let webSocketKey = RuntimeAPIHeader.known("Sec-WebSocket-Key")
}

extension InvocationContext {
    /// What applications find in `x-amzn-lambda-context`, with the names that AWS's adapter gives it.
    var asJSON: JSONObject {
        var object: JSONObject = ["request_id": .string(self.requestID)]
        object["deadline"] = .number(JSONNumber(Int(self.deadlineMilliseconds)))
        object["invoked_function_arn"] = .string(self.invokedFunctionARN)
        object["xray_trace_id"] = self.traceID.map { .string($0) } ?? .some(.null)
        object["client_context"] = Self.json(self.clientContext)
        object["identity"] = Self.json(self.cognitoIdentity)
        object["tenant_id"] = self.tenantID.map { .string($0) } ?? .some(.null)
        var environment = JSONObject()
        environment["function_name"] = .string(self.functionName ?? "")
        environment["memory"] = .number(JSONNumber(self.memoryMegabytes ?? 0))
        environment["version"] = .string(self.functionVersion ?? "")
        environment["log_stream"] = .string(self.logStreamName ?? "")
        environment["log_group"] = .string(self.logGroupName ?? "")
        object["env_config"] = .object(environment)
        return object
    }

    private static func json(_ text: String?) -> JSONValue {
        guard let text, let value = try? JSONValue(parsing: ByteBuffer(string: text)) else { return .null }
        return value
    }
}
