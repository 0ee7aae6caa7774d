// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Contract
internal import HTTPTypes
internal import NIOCore
internal import Sluice

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Since 1970, on the clock that the reader has too.
func epochNanoseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int(now.tv_sec) * 1_000_000_000 + Int(now.tv_nsec)
}

/// The handler contract, as somebody would write it with this library.
struct HalfWay: Error {}

LambdaFunction { event, _ in
    let order = event.withUnsafeReadableBytes(WorkOrder.init(event:))
    if order.mode == .tiny { return .bytes(ByteBuffer(staticString: WorkOrder.tinyAnswer)) }
    let headers: HTTPFields = [.contentType: "text/plain"]
    if order.mode == .stamped {
        let lines = HTTPResult.stream(headers: headers) { writer in
            for number in 0..<order.bytes {
                if number > 0 { try await Task.sleep(for: .milliseconds(order.gapMilliseconds)) }
                try await writer.write("t \(epochNanoseconds())\n")
            }
        }
        return .http(lines)
    }
    let result = HTTPResult.stream(headers: headers, cookies: ["a=1; Path=/", "b=2"]) { writer in
        let block = ByteBuffer(repeating: UInt8(ascii: "x"), count: order.chunkBytes)
        var left = order.bytes
        while left > 0 {
            let count = min(left, block.readableBytes)
            left -= count
            try await writer.write(block.getSlice(at: block.readerIndex, length: count) ?? block)
            if order.mode == .midfail, left <= order.bytes / 2 { throw HalfWay() }
            if order.gapMilliseconds > 0 { try await Task.sleep(for: .milliseconds(order.gapMilliseconds)) }
        }
    }
    return .http(result)
}.run()
