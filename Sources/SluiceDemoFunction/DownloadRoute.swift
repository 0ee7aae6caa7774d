// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import Sluice

/// `/download?bytes=N`: binary data whose checksum stands in the head, before the first byte is sent.
enum DownloadRoute {
    /// What Lambda streams at most, status and headers among it, which may take 16 KiB.
    private static let maximumBytes = 200 * 1024 * 1024 - 16 * 1024
    private static let defaultBytes = 1024 * 1024

    static func answer(_ request: FunctionRequest) -> HTTPResult {
        guard let bytes = request.queryNumber("bytes", in: 0...self.maximumBytes, or: self.defaultBytes) else {
            return .badRequest("bytes is how many bytes to send, from 0 to \(self.maximumBytes)")
        }
        let block = ByteBuffer(bytes: RepeatedBlock.bytes)
        let headers: HTTPFields = [
            .contentType: "application/octet-stream",
            .contentDisposition: "attachment; filename=\"sluice-\(bytes).bin\"",
            .checksum: RepeatedBlock.checksum(bytes: bytes).hexadecimal,
            .byteCount: String(bytes),
        ]
        return .stream(headers: headers) { writer in
            var left = bytes
            while left > 0 {
                let count = min(left, block.readableBytes)
                left -= count
                try await writer.write(block.getSlice(at: block.readerIndex, length: count) ?? block)
            }
        }
    }
}

extension HTTPField.Name {
    /// CRC-32 of the body, as zlib computes it, in eight hexadecimal digits.
    fileprivate static let checksum = Self("x-checksum-crc32")!
    /// A stream has no `content-length`.
    fileprivate static let byteCount = Self("x-body-bytes")!
}

extension UInt32 {
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Swift.max(0, 8 - digits.count)) + digits
    }
}
