// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceServiceWire

/// The variables of a function's process: a clean set, as on Lambda.
///
/// Source: Lambda Developer Guide, "Defined runtime environment variables"; `provided.al2023` as it was observed.
enum EnvironmentVariables {
    /// - Parameters:
    ///   - runtimeAPI: `host:port` of the environment's Runtime API.
    ///   - place: the environment's own: its log stream, its token, and its folder for temporary files.
    ///   - authorization: what an environment that starts from a snapshot asks for its credentials with.
    static func variables(
        for function: FunctionConfiguration,
        in service: EmulatorConfiguration,
        runtimeAPI: String,
        place: EnvironmentPlace,
        authorization: String? = nil
    ) -> [String: String] {
        var variables = Self.given(function, in: service)
        // `/tmp` itself cannot be an environment's own without rights over the machine's mounts.
        if let folder = place.folder, function.variables["TMPDIR"] == nil { variables["TMPDIR"] = folder }
        if let authorization {
            for name in Self.credentials { variables[name] = nil }
            variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://" + runtimeAPI + RestoreRoute.credentialsPath
            variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = authorization
        }
        // Reserved on Lambda: the function's owner cannot change these there either.
        variables.merge(
            [
                "AWS_LAMBDA_RUNTIME_API": runtimeAPI,
                "AWS_LAMBDA_FUNCTION_NAME": function.name,
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(function.memoryMegabytes),
                "AWS_LAMBDA_INITIALIZATION_TYPE": function.initializationType,
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/\(function.name)",
                "AWS_LAMBDA_LOG_STREAM_NAME": place.logStream,
                "AWS_LAMBDA_METADATA_API": runtimeAPI,
                "AWS_LAMBDA_METADATA_TOKEN": place.metadataToken,
                "LAMBDA_TASK_ROOT": function.workingDirectory,
                "LAMBDA_RUNTIME_DIR": "/var/runtime",
                "_HANDLER": function.variables["_HANDLER"] ?? "bootstrap",
            ]
        ) { _, reserved in reserved }
        if let concurrency = function.managedConcurrency {
            variables["AWS_LAMBDA_MAX_CONCURRENCY"] = String(concurrency)
            variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        }
        var defaults = [
            "AWS_REGION": service.region,
            "AWS_DEFAULT_REGION": service.region,
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            // Lambda's is an address of its own network, and this one is loopback, where nobody listens: what an SDK
            // sends there is lost, and the function is none the wiser.
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
            "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
            "_AWS_XRAY_DAEMON_PORT": "2000",
            // Lambda's own places of libraries are not here; the package's and the layers' are.
            "LD_LIBRARY_PATH": "\(function.workingDirectory):\(function.workingDirectory)/lib:/opt/lib",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
        ]
        // On Lambda they are always there. An SDK takes them before all else, so whoever named credentials in another
        // way must not get these.
        if !Self.nameCredentials(variables) {
            defaults["AWS_ACCESS_KEY_ID"] = "local"
            defaults["AWS_SECRET_ACCESS_KEY"] = "local"
            defaults["AWS_SESSION_TOKEN"] = "local"
        }
        return variables.merging(defaults) { given, _ in given }
    }

    /// What the function's owner gives it: its own variables, on top of those that it inherits.
    static func given(_ function: FunctionConfiguration, in service: EmulatorConfiguration) -> [String: String] {
        var variables = function.inheritsEnvironment ? service.hostVariables : Self.inherited(service.hostVariables)
        // Where it stands on Lambda: behind all others.
        if function.layers != nil, let path = variables["PATH"] { variables["PATH"] = path + ":/opt/bin" }
        return variables.merging(Self.owned(by: function)) { _, own in own }
    }

    /// Whether an SDK finds credentials by them.
    static func nameCredentials(_ variables: [String: String]) -> Bool {
        variables.keys.contains(where: self.credentialSources.contains)
    }

    private static let credentials = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

    /// Whether a function's own value of it does not count. (Lambda Developer Guide, "Defined runtime environment
    /// variables": of those that it reserves, region and credentials may be given here, where no role gives them.)
    static func isReserved(_ name: String) -> Bool { self.reserved.contains(name) }

    private static let reserved = Set([
        "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN", "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]).union(Self.withheld)

    /// Reserved too, and not there unless Lambda sets them.
    private static let withheld: Set<String> = [
        "AWS_LAMBDA_MAX_CONCURRENCY", "_X_AMZN_TRACE_ID",
    ]

    /// Lambda's server for Managed Instances leaves out what begins with an underscore.
    private static func owned(by function: FunctionConfiguration) -> [String: String] {
        let variables = function.variables.filter { !self.withheld.contains($0.key) }
        guard function.managedConcurrency != nil else { return variables }
        return variables.filter { !$0.key.hasPrefix("_") }
    }

    /// What an external extension sees of a function's variables.
    /// (Lambda Developer Guide, "Extensions API", "Environment variables".)
    static func ofExtension(_ variables: [String: String]) -> [String: String] {
        variables.filter { !self.hiddenFromExtensions.contains($0.key) }
    }

    private static let hiddenFromExtensions: Set<String> = [
        "AWS_EXECUTION_ENV", "AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_PORT", "_HANDLER",
    ]

    /// Any of these says where an SDK finds its credentials. (AWS SDKs and Tools Reference Guide, "Standardized
    /// credential providers".)
    private static let credentialSources: Set<String> = [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    ]

    /// What a function keeps of this process's variables: where programs and files are, and who it is for AWS. What the
    /// host itself runs in, as builders and containers of AWS say it, is not what the function runs in.
    private static func inherited(_ host: [String: String]) -> [String: String] {
        host.filter { name, _ in
            ["PATH", "HOME", "TMPDIR"].contains(name)
                || (name.hasPrefix("AWS_") && !name.hasPrefix("AWS_LAMBDA_") && name != "AWS_EXECUTION_ENV")
        }
    }
}
