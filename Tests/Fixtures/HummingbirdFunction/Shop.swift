// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import SluiceHummingbird
import Synchronization

/// An application as Hummingbird's users write it; nothing in it knows of Lambda but the route `/lambda`.
enum Shop {
    struct Item: ResponseCodable { let name: String }
    struct Broken: Error { init() {} }

    /// Runs for as long as the application does, and says when it began and ended.
    final class Clerk: Service {
        private let state = Mutex("absent")

        init() {}

        var word: String { self.state.withLock { $0 } }

        func run() async throws {
            self.state.withLock { $0 = "at work" }
            try? await gracefulShutdown()
            self.state.withLock { $0 = "gone home" }
            print("the clerk has gone home")
        }
    }

    private struct Stamp<Context: RequestContext>: RouterMiddleware {
        func handle(
            _ request: Request,
            context: Context,
            next: (Request, Context) async throws -> Response
        ) async throws -> Response {
            var response = try await next(request, context)
            response.headers[.init("x-stamp")!] = "seen"
            return response
        }
    }

    /// Beside this file.
    private static let files = #filePath.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } + "/Files"

    static func router(_ clerk: Clerk, prepared: Prepared) -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: Stamp())
        router.add(middleware: FileMiddleware(Self.files, urlBasePath: "/files"))
        router.get("/hello/:name") { _, context in "hello \(try context.parameters.require("name"))\n" }
        router.get("/item") { _, _ in Item(name: "tea") }
        router.get("/clerk") { _, _ in clerk.word }
        router.get("/prepared") { _, _ in "\(prepared.isDone)" }
        router.post("/upload") { request, _ in
            var count = 0
            for try await buffer in request.body { count += buffer.readableBytes }
            return "\(count) bytes"
        }
        router.get("/query") { request, _ in
            request.uri.queryParameters.getAll("a").joined(separator: "+") + " " + (request.headers[.cookie] ?? "")
        }
        router.get("/cookies") { _, _ in
            var response = Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "two")))
            response.setCookie(.init(name: "a", value: "1"))
            response.setCookie(.init(name: "b", value: "2"))
            return response
        }
        // More than leaves together, of a sequence that makes each when it is asked for.
        router.get("/pieces") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(
                        contentsOf: (0..<5).lazy.map { ByteBuffer(repeating: 0x61 + UInt8($0), count: 50_000) }
                    )
                    try await writer.finish(nil)
                }
            )
        }
        router.get("/stream") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/event-stream"],
                body: .init { writer in
                    for number in 1...3 { try await writer.write(ByteBuffer(string: "data: \(number)\n\n")) }
                    try await writer.finish([.init("x-checksum")!: "1"])
                }
            )
        }
        router.get("/breaks") { _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: "half"))
                    throw Broken()
                }
            )
        }
        router.get("/fails") { _, _ -> String in throw Broken() }
        router.get("/refuses") { _, _ -> String in throw HTTPError(.badRequest, message: "no") }
        router.get("/lambda") { _, _ in
            "\(FunctionRequest.current?.source.description ?? "none") \(InvocationContext.current?.requestID.isEmpty == false)"
        }
        router.get("/nothing") { _, _ in HTTPResponse.Status.noContent }
        return router
    }

    /// Whether the work before the start was done.
    final class Prepared: Sendable {
        private let value = Mutex(false)

        init() {}
        var isDone: Bool { self.value.withLock { $0 } }
        func set() { self.value.withLock { $0 = true } }
    }

    static func application() -> some ApplicationProtocol {
        let clerk = Clerk()
        let prepared = Prepared()
        var application = Application(router: Self.router(clerk, prepared: prepared))
        application.addServices(clerk)
        application.beforeServerStarts { prepared.set() }
        return application
    }
}
#endif
