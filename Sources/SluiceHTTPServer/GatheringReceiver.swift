// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore

/// Receives a request whose body is needed whole, up to a limit, and then acts.
package final class GatheringReceiver: RequestReceiver {
    package enum Outcome {
        case whole(ByteBuffer)
        /// The body is longer than the limit. The rest of it is read and dropped.
        case tooLarge
        case connectionLost
    }

    private let limitBytes: Int
    private var gathered = ByteBuffer()
    private var then: ((Outcome) -> Void)?

    /// `then` is called once.
    package init(limitBytes: Int, then: @escaping (Outcome) -> Void) {
        self.limitBytes = limitBytes
        self.then = then
    }

    package func received(_ bytes: ByteBuffer) {
        guard self.then != nil else { return }
        guard bytes.readableBytes <= self.limitBytes - self.gathered.readableBytes else {
            return self.conclude(.tooLarge)
        }
        var bytes = bytes
        if self.gathered.readableBytes == 0 {
            self.gathered = bytes
        } else {
            self.gathered.writeBuffer(&bytes)
        }
    }

    package func receivedEnd(trailers: HTTPFields) { self.conclude(.whole(self.gathered)) }
    package func requestTruncated() { self.conclude(.connectionLost) }
    package func connectionLost() { self.conclude(.connectionLost) }

    private func conclude(_ outcome: Outcome) {
        guard let then = self.then else { return }
        self.then = nil
        self.gathered = ByteBuffer()
        then(outcome)
    }
}
