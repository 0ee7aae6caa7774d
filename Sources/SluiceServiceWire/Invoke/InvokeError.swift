// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// Why an invoke call is refused: the exceptions of the API's model that a single machine can cause.
///
/// A function that fails is none of these: then the call itself went well, and its reply says so.
package enum InvokeError: Error, Hashable, Sendable {
    case invalidParameterValue(String)
    case invalidRequestContent(String)
    case resourceNotFound(String)
    case resourceConflict(String)
    case requestTooLarge(String)
    case unsupportedMediaType(String)
    case tooManyRequests(Throttle, retryAfterSeconds: Int?)
    case resourceNotReady(String)
    case invalidRuntime(String)
    case invalidZipFile(String)
    case service(String)
    /// What a function has to do after its restore from a snapshot has failed.
    case snapStart(String)
    /// It took too long.
    case snapStartTimeout(String)

    /// The `Reason` of a `TooManyRequestsException`.
    package enum Throttle: String, Hashable, Sendable {
        case concurrentInvocations = "ConcurrentInvocationLimitExceeded"
        case reservedConcurrentInvocations = "ReservedFunctionConcurrentInvocationLimitExceeded"
        case invocationRate = "FunctionInvocationRateLimitExceeded"
        case reservedInvocationRate = "ReservedFunctionInvocationRateLimitExceeded"
        case callerRate = "CallerRateLimitExceeded"
    }
}

extension InvokeError {
    /// The text is what the service says, with the whole ARN and the qualifier.
    package static func functionNotFound(arn: String) -> Self {
        .resourceNotFound("Function not found: \(arn)")
    }

    package static func invalidFunctionName(_ text: String) -> Self {
        .invalidParameterValue(
            "\(Self.quoted(text)) is no function name: a name, name:qualifier, "
                + "account:function:name or a whole ARN is expected."
        )
    }

    /// Every environment that the function may have is busy.
    package static let throttled = Self.tooManyRequests(.reservedConcurrentInvocations, retryAfterSeconds: nil)

    /// All functions together are at the account's limit.
    package static let accountThrottled = Self.tooManyRequests(.concurrentInvocations, retryAfterSeconds: nil)

    /// One request more than the function's reserved concurrency lets in within a second.
    package static let rateExceeded = Self.tooManyRequests(.reservedInvocationRate, retryAfterSeconds: nil)

    /// One request more than the account's concurrency lets in within a second.
    package static let accountRateExceeded = Self.tooManyRequests(.invocationRate, retryAfterSeconds: nil)

    /// A request that a fault throttles.
    package static let throttledByFault = Self.tooManyRequests(
        .reservedConcurrentInvocations,
        retryAfterSeconds: Limits.faultRetryAfterSeconds
    )

    /// An event over its limit, which asynchronous invocations have a smaller one of.
    package static func eventTooLarge(
        bytes: Int,
        for type: InvokeRequestOptions.InvocationType = .requestResponse,
        limits: ServiceLimits = .lambda
    ) -> Self {
        .requestTooLarge(
            "\(bytes) byte payload is too large for the \(type.rawValue) invocation type "
                + "(limit \(limits[type.limit]) bytes)"
        )
    }

    /// An event that is not JSON; `detail` says where.
    package static func eventNotJSON(_ detail: String) -> Self {
        .invalidRequestContent("Could not parse request body into json: \(detail)")
    }

    /// A request to a function whose tenants are isolated has to say whose it is.
    package static let tenantMissing = Self.invalidParameterValue(
        "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again."
    )

    /// A request to another function says whose it is.
    package static let tenantNotExpected = Self.invalidParameterValue(
        """
        The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try \
        again.
        """
    )

    /// `text` for a message, shortened, since it may be of any length.
    static func quoted(_ text: String) -> String {
        let shown = text.prefix(100)
        return "'\(shown)\(shown.endIndex == text.endIndex ? "" : "…")'"
    }
}
