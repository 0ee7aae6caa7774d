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

    /// The same on Managed Instances. Lambda's server for these always sends the two fields that may be empty, and names
    /// the function without a qualifier, however it was called.
    package func managedFields(deadlineEpochMilliseconds deadline: Int64) -> HTTPFields {
        var fields = self.fields(deadlineEpochMilliseconds: deadline)
        fields[RuntimeAPIHeader.invokedFunctionARN] = self.invokedFunctionARN.split(separator: ":").prefix(7)
            .joined(separator: ":")
        fields[RuntimeAPIHeader.clientContext] = self.clientContext ?? ""
        fields[RuntimeAPIHeader.cognitoIdentity] = ""
        return fields
    }

    /// Whether the fields of an answer are for this delivery and no other. Checked only when the runtime echoes the id:
    /// older clients do not.
    func isDelivery(of fields: HTTPFields) -> Bool {
        guard let echoed = fields[RuntimeAPIHeader.invocationID], !echoed.isEmpty else { return true }
        return echoed == self.invocationID
    }
}
