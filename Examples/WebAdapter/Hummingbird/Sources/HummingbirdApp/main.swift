// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// A server over TCP like any other: nothing in it knows of Lambda.

import Foundation
import Hummingbird

struct Greeting: ResponseEncodable { let hello: String }
struct Count: ResponseEncodable { let bytes: Int }

let router = Router()

router.get("/") { request, _ in Greeting(hello: request.uri.queryParameters.get("name") ?? "world") }

router.post("/upload") { request, _ in
    var bytes = 0
    for try await buffer in request.body { bytes += buffer.readableBytes }
    return Count(bytes: bytes)
}

// A line every second; each leaves when it is written.
router.get("/clock") { request, _ in
    let ticks = request.uri.queryParameters.get("ticks", as: Int.self) ?? 10
    let seconds = request.uri.queryParameters.get("every", as: Double.self) ?? 1
    guard ticks > 0, (0...86_400).contains(seconds) else { throw HTTPError(.badRequest) }
    let body = ResponseBody { writer in
        for number in 1...ticks {
            try await writer.write(ByteBuffer(string: "tick \(number)\n"))
            try await Task.sleep(for: .seconds(seconds))
        }
        try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "text/plain"], body: body)
}

let port = ProcessInfo.processInfo.environment["PORT"].flatMap(Int.init) ?? 8080
let configuration = ApplicationConfiguration(address: .hostname("127.0.0.1", port: port))
try await Application(router: router, configuration: configuration).runService()
