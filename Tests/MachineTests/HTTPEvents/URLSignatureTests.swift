// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceServiceWire
import SluiceWire
import Testing

/// Who signed a request to a Function URL.
@Suite struct URLSignatureTests {
    private static let scope = "AKIA1/20261125/eu-central-1/lambda/aws4_request"

    private static func inHeader(_ value: String) -> URLSignature? {
        URLSignature(fields: [.authorization: value], rawQuery: "")
    }

    @Test(arguments: [", ", ","])
    func isReadFromTheHeader(separator: String) {
        let members = ["Credential=\(Self.scope)", "SignedHeaders=host;x-amz-date", "Signature=ab12"]
        let signature = Self.inHeader("AWS4-HMAC-SHA256 " + members.joined(separator: separator))
        #expect(signature?.accessKeyID == "AKIA1")
        let iam = signature?.authorizer(accountID: "123456789012")["iam"]?.objectValue
        #expect(iam?["accessKey"] == "AKIA1")
        #expect(iam?["userArn"] == "arn:aws:iam::123456789012:user/AKIA1")
        #expect(iam?["cognitoIdentity"]?.isNull == true)
    }

    @Test func isReadFromAPresignedQuery() {
        let scope = "AKIA1%2F20261125%2Feu-central-1%2Flambda%2Faws4_request"
        let query = "a=b&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\(scope)&X-Amz-Signature=ab12"
        #expect(URLSignature(fields: [:], rawQuery: query)?.accessKeyID == "AKIA1")
        #expect(URLSignature(fields: [:], rawQuery: "X-Amz-Credential=\(scope)") == nil)
    }

    @Test(arguments: [
        "", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=\(scope)",
        "AWS4-HMAC-SHA256 Credential=AKIA1/20261125/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=ab",
        "AWS4-HMAC-SHA256 Credential=AKIA1, SignedHeaders=host, Signature=ab",
        "AWS4-HMAC-SHA256 Credential=/1/2/lambda/aws4_request, SignedHeaders=host, Signature=ab",
    ])
    func isNoneWhereItIsNotWholeOrForAnotherService(value: String) {
        #expect(Self.inHeader(value) == nil)
    }
}
