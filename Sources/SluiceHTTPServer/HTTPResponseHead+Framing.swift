// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOHTTP1

extension HTTPResponseHead {
    /// Says how the body is delimited. NIO would do it, but does not know of `HEAD`: its answer has no body, so no
    /// last chunk either, which a client would take for the beginning of the next response.
    /// (RFC 9112, section 6.3; RFC 9110, section 8.6 for statuses without a body.)
    mutating func frame(isHead: Bool, isOld: Bool) {
        self.headers.remove(name: "transfer-encoding")
        if !self.status.mayHaveResponseBody {
            self.headers.remove(name: "content-length")
        } else if !isHead, !isOld, !self.headers.contains(name: "content-length") {
            self.headers.add(name: "transfer-encoding", value: "chunked")
        }
    }
}
