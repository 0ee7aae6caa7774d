// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore

/// One event on its way to a runtime.
package struct Invocation: Sendable {
    /// Stands in the runtime's paths and in the caller's `x-amzn-RequestId`.
    package var requestID: String
    /// Opaque id of this delivery, by which a late answer to an earlier one is told apart.
    package var invocationID: String
    package var payload: ByteBuffer
    package var invokedFunctionARN: String
    package var traceID: String
    /// JSON text, not base64.
    package var clientContext: String?
    package var tenantID: String?
    /// How long the runtime may take from the delivery on.
    package var timeout: TimeAmount

    package init(
        requestID: String,
        invocationID: String,
        payload: ByteBuffer,
        invokedFunctionARN: String,
        traceID: String,
        clientContext: String? = nil,
        tenantID: String? = nil,
        timeout: TimeAmount
    ) {
        self.requestID = requestID
        self.invocationID = invocationID
        self.payload = payload
        self.invokedFunctionARN = invokedFunctionARN
        self.traceID = traceID
        self.clientContext = clientContext
        self.tenantID = tenantID
        self.timeout = timeout
    }
}
