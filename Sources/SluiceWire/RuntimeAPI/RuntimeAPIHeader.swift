// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes

/// Header names of the Runtime API, version 2018-06-01.
///
/// Source: Lambda Developer Guide, "Using the Lambda runtime API"; the tenant and invocation ids are read from the
/// source of the official clients, since that page does not list them.
package enum RuntimeAPIHeader {
    package static let requestID = known("Lambda-Runtime-Aws-Request-Id")
    package static let deadline = known("Lambda-Runtime-Deadline-Ms")
    package static let invokedFunctionARN = known("Lambda-Runtime-Invoked-Function-Arn")
    package static let traceID = known("Lambda-Runtime-Trace-Id")
    package static let clientContext = known("Lambda-Runtime-Client-Context")
    package static let cognitoIdentity = known("Lambda-Runtime-Cognito-Identity")
    package static let tenantID = known("Lambda-Runtime-Aws-Tenant-Id")
    /// Opaque id of one delivery; echoed on `/response` and `/error` when it came and was not empty.
    package static let invocationID = known("Lambda-Runtime-Invocation-Id")

    package static let responseMode = known("Lambda-Runtime-Function-Response-Mode")
    package static let errorType = known("Lambda-Runtime-Function-Error-Type")
    /// Trailer only: base64 of the JSON error report.
    package static let errorBody = known("Lambda-Runtime-Function-Error-Body")

    /// The only value of `responseMode` that Lambda accepts; it is compared exactly.
    package static let streaming = "streaming"

    /// A response with this content type begins with a prelude.
    package static let httpIntegrationContentType = "application/vnd.awslambda.http-integration-response"
    /// A report of this content type has a member for the tracing service, which its caller does not get.
    package static let errorCauseContentType = "application/vnd.aws.lambda.error.cause+json"
    /// What a response without a content type is taken for.
    package static let defaultContentType = "application/octet-stream"

    /// `literal` must be a valid field name; only constants of this package are passed here.
    package static func known(_ literal: StaticString) -> HTTPField.Name {
        HTTPField.Name(String(describing: literal))!
    }
}
