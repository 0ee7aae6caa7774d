// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import SluiceWire

/// Who signed a request to a Function URL, as far as the request says it: the signature itself is not checked.
///
/// Source: AWS IAM User Guide, "Authenticating requests (AWS Signature Version 4)"; Lambda Developer Guide, "Control access
/// to Lambda function URLs", for the service's name.
package struct URLSignature: Hashable, Sendable {
    package let accessKeyID: String

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// `nil` for a request that is not signed, or for another service than Lambda.
    package init?(fields: HTTPFields, rawQuery: String) {
        guard let credential = Self.credential(in: fields[.authorization]) ?? Self.credential(inQuery: rawQuery) else {
            return nil
        }
        // AKIA…/20261125/eu-central-1/lambda/aws4_request
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, !parts[0].isEmpty, parts[3] == "lambda", parts[4] == "aws4_request" else { return nil }
        self.accessKeyID = String(parts[0])
    }

    private static func credential(in authorization: String?) -> String? {
        guard let authorization, authorization.hasPrefix(Self.algorithm + " ") else { return nil }
        var members: [Substring: Substring] = [:]
        for member in authorization.dropFirst(Self.algorithm.count).split(separator: ",") {
            let halves = member.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if halves.count == 2 { members[halves[0]] = halves[1] }
        }
        guard members["SignedHeaders"] != nil, members["Signature"] != nil else { return nil }
        return members["Credential"].map { String($0) }
    }

    private static func credential(inQuery query: String) -> String? {
        let parameters = QueryString.parameters(query)
        guard parameters["X-Amz-Algorithm"]?.stringValue == Self.algorithm, parameters["X-Amz-Signature"] != nil else {
            return nil
        }
        return parameters["X-Amz-Credential"]?.stringValue
    }

    /// `requestContext.authorizer`. Who the key belongs to is not known here, so it stands for a user of its own.
    package func authorizer(accountID: String) -> JSONObject {
        let iam: JSONObject = [
            "accessKey": .string(self.accessKeyID),
            "accountId": .string(accountID),
            "callerId": .string(self.accessKeyID),
            "cognitoIdentity": nil,
            "principalOrgId": nil,
            "userArn": .string("arn:aws:iam::\(accountID):user/\(self.accessKeyID)"),
            "userId": .string(self.accessKeyID),
        ]
        return ["iam": .object(iam)]
    }
}
