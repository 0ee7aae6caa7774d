// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceHTTPServer
internal import SluiceServiceWire
internal import SluiceWire

/// `GET /_sluice/events`: the service's log for programs, as lines of JSON or as server-sent events.
///
/// Only under a host name of this machine: a page of another origin whose name was made to resolve to it must not read
/// what functions print. Without CORS headers no page of another origin can read it either.
final class EventFeedEndpoint {
    /// What belongs to the service itself begins with this.
    static let prefix = "/_sluice/"
    private static let path = "/_sluice/events"

    private let log: EventLog
    private let heartbeat: TimeAmount

    init(log: EventLog, heartbeat: TimeAmount) {
        self.log = log
        self.heartbeat = heartbeat
    }

    func receive(_ request: ServerRequest, host: String, on exchange: ServerExchange) -> any RequestReceiver {
        guard Self.isLocal(host: host) else {
            let words = "this is for 127.0.0.1 and localhost, not for the host that the request names"
            return Self.refuse(.forbidden, words, on: exchange)
        }
        guard request.path == Self.path else {
            return Self.refuse(.notFound, "there is \(Self.path), and nothing else below \(Self.prefix)", on: exchange)
        }
        guard request.method == .get else {
            return Self.refuse(.methodNotAllowed, "\(Self.path) is read with GET", on: exchange)
        }
        let query = Self.query(of: request.target)
        let isEventStream = (request.fields[.accept] ?? "").contains(ServerSentEvent.mediaType)
        let lastNumber = request.fields[Self.lastEventID] ?? query["after"]
        guard let position = Int(lastNumber ?? "0"), position >= 0 else {
            return Self.refuse(.badRequest, "after is the number of an event, its id", on: exchange)
        }
        let feed = EventFeed(
            exchange,
            log: self.log,
            form: isEventStream ? .serverSentEvents : .lines,
            after: position,
            // A browser would come back again and again if an event stream ended.
            follows: isEventStream || query["follow"].map { $0 != "0" } ?? false,
            heartbeat: self.heartbeat
        )
        feed.begin()
        return feed
    }

    private static let lastEventID = RuntimeAPIHeader.known("Last-Event-ID")

    private static func isLocal(host: String) -> Bool {
        let name = host.first == "[" ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return ["127.0.0.1", "localhost", "[::1]"].contains(name.lowercased())
    }

    private static func query(of target: String) -> [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        var query: [String: String] = [:]
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(halves[0])] = halves.count > 1 ? String(halves[1]) : ""
        }
        return query
    }

    private static func refuse(
        _ status: HTTPResponse.Status,
        _ message: String,
        on exchange: ServerExchange
    ) -> any RequestReceiver {
        let object: JSONObject = ["message": .string(message)]
        exchange.respond(status: status, fields: [.contentType: "application/json"], body: object.serialized())
        return DiscardingReceiver()
    }
}
