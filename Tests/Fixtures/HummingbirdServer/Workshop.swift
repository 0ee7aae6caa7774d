// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
import Hummingbird
import NIOCore
import NIOPosix

/// What the examples of other frameworks answer, by a server of its own.
enum Workshop {
    private struct Greeting: ResponseEncodable { let hello: String }
    private struct Count: ResponseEncodable { let bytes: Int }

    static func application(port: Int) -> some ApplicationProtocol {
        let router = Router()
        router.get("/") { request, _ in Greeting(hello: request.uri.queryParameters.get("name") ?? "world") }
        router.post("/upload") { request, _ in
            var count = 0
            for try await buffer in request.body { count += buffer.readableBytes }
            return Count(bytes: count)
        }
        router.get("/clock") { request, _ in
            let ticks = request.uri.queryParameters.get("ticks", as: Int.self) ?? 10
            let seconds = request.uri.queryParameters.get("every", as: Double.self) ?? 1
            let pause = TimeAmount.nanoseconds(Int64(seconds * 1e9))
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain"],
                body: .init { writer in
                    for number in 1...ticks {
                        try await writer.write(ByteBuffer(string: "tick \(number)\n"))
                        try await loop.scheduleTask(in: pause) {}.futureResult.get()
                    }
                    try await writer.finish(nil)
                }
            )
        }
        return Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
    }
}
#endif
