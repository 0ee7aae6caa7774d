// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// What the environment says of the function, in variables that do not change while it runs.
///
/// (Lambda Developer Guide, "Defined runtime environment variables".)
package struct FunctionEnvironment: Sendable {
    package var functionName: String?
    package var functionVersion: String?
    package var memoryMegabytes: Int?
    package var logGroupName: String?
    package var logStreamName: String?
    /// `on-demand`, `provisioned-concurrency`, `snap-start` or `lambda-managed-instances`.
    package var initializationType: String?
    /// Invocations that may come at once, on Lambda Managed Instances; otherwise there is no such variable.
    package var maximumConcurrency: Int = 1
    /// Our own, `ResponseMode.variable`; not checked yet.
    package var invokeMode: String?

    package init() {}

    /// Reads them from this process.
    static func ofThisProcess() -> Self {
        var environment = Self()
        environment.functionName = Platform.environmentValue("AWS_LAMBDA_FUNCTION_NAME")
        environment.functionVersion = Platform.environmentValue("AWS_LAMBDA_FUNCTION_VERSION")
        environment.memoryMegabytes = Platform.environmentValue("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").flatMap { Int($0) }
        environment.logGroupName = Platform.environmentValue("AWS_LAMBDA_LOG_GROUP_NAME")
        environment.logStreamName = Platform.environmentValue("AWS_LAMBDA_LOG_STREAM_NAME")
        environment.initializationType = Platform.environmentValue("AWS_LAMBDA_INITIALIZATION_TYPE")
        let concurrency = Platform.environmentValue("AWS_LAMBDA_MAX_CONCURRENCY").flatMap { Int($0) } ?? 1
        environment.maximumConcurrency = min(max(concurrency, 1), Limits.maximumWorkers)
        environment.invokeMode = Platform.environmentValue(ResponseMode.variable)
        return environment
    }
}
