// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Contract
internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

final class FloorClient {
    private let service: String
    private let connection: Connection
    /// What is streamed; as long as the longest chunk that was asked for.
    private var block: [UInt8] = []

    /// An event of 6 MiB and its head.
    private static let bufferBytes = 8 << 20
    private static let eventBytes = 7 << 20

    init(service: String, port: UInt16) throws {
        self.service = service
        self.connection = try Connection(port: port, bufferBytes: Self.bufferBytes)
    }

    func run() throws {
        let next = Array("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: \(self.service)\r\n\r\n".utf8)
        while true {
            try self.connection.send(next)
            guard let head = try self.connection.readHead(),
                let identifier = head.value(of: "lambda-runtime-aws-request-id")
            else { return }
            var body = BodyReader(head.framing, keeping: Self.eventBytes)
            try body.finish(on: self.connection)
            let order = body.kept.withUnsafeBytes(WorkOrder.init(event:))

            switch order.mode {
            case .tiny: try self.answer(identifier)
            case .stream, .midfail, .stamped: try self.stream(order, identifier)
            }
            guard let reply = try self.connection.readHead() else { return }
            var ignored = BodyReader(reply.framing)
            try ignored.finish(on: self.connection)
        }
    }

    private func post(_ identifier: String) -> String {
        "POST /2018-06-01/runtime/invocation/\(identifier)/response HTTP/1.1\r\nHost: \(self.service)\r\n"
    }

    private func answer(_ identifier: String) throws {
        let text = WorkOrder.tinyAnswer
        let head = "Content-Type: application/json\r\nContent-Length: \(text.utf8CodeUnitCount)\r\n\r\n"
        try self.connection.send(Array("\(self.post(identifier))\(head)\(text)".utf8))
    }

    private func stream(_ order: WorkOrder, _ identifier: String) throws {
        let prelude =
            #"{"statusCode":200,"headers":{"content-type":"text/plain"},"cookies":["a=1; Path=/","b=2"]}"#
            + String(repeating: "\0", count: 8)
        let head = """
            Content-Type: application/vnd.awslambda.http-integration-response\r
            Lambda-Runtime-Function-Response-Mode: streaming\r
            Transfer-Encoding: chunked\r
            Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r
            \r

            """
        let first = "\(String(prelude.utf8.count, radix: 16))\r\n\(prelude)\r\n"
        try self.connection.send(Array((self.post(identifier) + head + first).utf8))

        if self.block.count < order.chunkBytes {
            self.block = Array(repeating: UInt8(ascii: "x"), count: order.chunkBytes)
        }
        var left = order.bytes
        while left > 0, order.mode == .stream || left > order.bytes / 2 {
            let count = min(left, order.chunkBytes)
            left -= count
            try self.sendChunk(count)
            if order.gapMilliseconds > 0 { usleep(UInt32(order.gapMilliseconds) * 1_000) }
        }
        let end =
            order.mode == .stream
            ? "0\r\n\r\n" : "0\r\nLambda-Runtime-Function-Error-Type: HalfWay\r\n\r\n"
        try self.connection.send(Array(end.utf8))
    }

    private func sendChunk(_ count: Int) throws {
        var size = String(count, radix: 16) + "\r\n"
        let lineEnd: StaticString = "\r\n"
        try size.withUTF8 { size in
            try self.block.withUnsafeBytes { block in
                try self.connection.send([
                    UnsafeRawBufferPointer(size),
                    UnsafeRawBufferPointer(rebasing: block[..<count]),
                    UnsafeRawBufferPointer(start: lineEnd.utf8Start, count: 2),
                ])
            }
        }
    }
}
