// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceWire

extension HTTPResult {
    /// The result as it is sent: always streamed, and always with its head, also before an empty body. Head and
    /// delimiter are a chunk each, as in Lambda's own Node.js client.
    func message() throws(UnusableResult) -> ResponseMessage.Streamed {
        var delimiter = ByteBuffer()
        do {
            try Prelude(statusCode: self.status.code, headers: self.headers, cookies: self.cookies)
                .write(to: &delimiter)
        } catch {
            throw UnusableResult(error)
        }
        let head = delimiter.readSlice(length: delimiter.readableBytes - Limits.preludeDelimiterBytes)
        return ResponseMessage.Streamed(
            contentType: RuntimeAPIHeader.httpIntegrationContentType,
            prelude: [head ?? ByteBuffer(), delimiter],
            body: self.body.kind
        )
    }
}
