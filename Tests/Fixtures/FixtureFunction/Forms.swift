// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// A route for each form of a body, for clients that read these.
enum Forms {
    /// - Parameter file: What `/file` is.
    static func function(file: String) -> HTTPFunction {
        HTTPFunction { request, _ in
            switch request.path {
            case "/file":
                return try await .file(at: file, contentType: "application/octet-stream", for: request)
            case "/events":
                return self.events(after: request.lastEventID)
            case "/lines":
                return .jsonLines { lines in
                    for number in 0..<3 { try await lines.send("{\"number\":\(number)}") }
                }
            default:
                return .text("no such form\n", status: .notFound)
            }
        }
    }

    /// Two events and the end; after them one more; and then no more.
    private static func events(after lastEventID: String?) -> HTTPResult {
        let headers: HTTPFields = [.accessControlAllowOrigin: "*"]
        switch lastEventID {
        case nil:
            return .serverSentEvents(headers: headers) { events in
                try await events.comment("welcome")
                try await events.send(data: "one\r\n two\rthree\n", event: "tick", id: "1", retry: .milliseconds(1))
                try await events.send(data: "", id: "2 é")
            }
        case "2 é":
            return .serverSentEvents(headers: headers) { events in
                try await events.send(data: "after 2", id: "3")
            }
        default:
            return HTTPResult(status: .noContent, headers: headers)
        }
    }
}
