// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
internal import NIOCore
internal import SluiceWire

extension Invocation {
    /// The head of the answer to `/next`. Optional fields that are empty are left out, as Lambda does.
    package func fields(deadlineEpochMilliseconds deadline: Int64) -> HTTPFields {
        var fields: HTTPFields = [
            .contentType: "application/json",
            RuntimeAPIHeader.requestID: self.requestID,
            RuntimeAPIHeader.deadline: String(deadline),
            RuntimeAPIHeader.invokedFunctionARN: self.invokedFunctionARN,
            RuntimeAPIHeader.traceID: self.traceID,
            RuntimeAPIHeader.invocationID: self.invocationID,
        ]
        if let clientContext = self.clientContext, !clientContext.isEmpty {
            fields[RuntimeAPIHeader.clientContext] = clientContext
        }
        if let tenantID = self.tenantID, !tenantID.isEmpty {
            fields[RuntimeAPIHeader.tenantID] = tenantID
        }
        return fields
    }
}
