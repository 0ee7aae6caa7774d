// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import SluiceServiceWire
internal import SluiceWire

/// What every reply to an invoke call begins with.
struct InvokeReplyHead {
    let requestID: String
    let traceID: String

    var fields: HTTPFields {
        var fields: HTTPFields = [
            InvokeResponseHeader.requestID: self.requestID,
            InvokeResponseHeader.executedVersion: InvokeResponseHeader.latestVersion,
        ]
        // Seen on Lambda with its keys in lower case: root=…;parent=…;sampled=0
        fields[InvokeResponseHeader.traceID] = self.traceID.lowercased()
        return fields
    }
}
