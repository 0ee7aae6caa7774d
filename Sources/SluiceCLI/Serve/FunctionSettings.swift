// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
internal import SluiceEmulator
internal import SluiceServiceWire
internal import SluiceWire

/// The options that say how functions run; they hold for every function of the command.
struct FunctionSettings: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("How Function URLs answer: whole, or as a stream.", valueName: "mode"))
    var invokeMode = FunctionConfiguration.InvokeMode.responseStream

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Who may call Function URLs: everybody, or who signs. Signatures are not checked.",
            valueName: "type"
        )
    )
    var urlAuth = FunctionConfiguration.URLAuthentication.none

    @Flag(
        name: .customLong("url-decodes-gzip"),
        help: "Have Function URLs unpack streams in gzip, as they were seen to do on Lambda."
    )
    var urlDecodesGzip = false

    @Option(name: .long, help: ArgumentHelp("How long an invocation may take, 1 to 900.", valueName: "seconds"))
    var timeout = Limits.defaultTimeoutSeconds

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Invocations at once of one function, its reserved concurrency, 0 to 1000; one more gets 429. By default "
                + "none is reserved, and \(Limits.defaultConcurrency) run at once.",
            valueName: "count"
        )
    )
    var concurrency: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How often an asynchronous invocation is tried again when its function fails, 0 to "
                + "\(Limits.asynchronousRetries).",
            valueName: "count"
        )
    )
    var asyncRetries = Limits.asynchronousRetries

    @Option(
        name: .long,
        help: ArgumentHelp("How long it waits for that; before the second time twice as long.", valueName: "seconds")
    )
    var asyncRetryWait = Limits.asynchronousRetrySeconds

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The memory size of functions, 128 to 10240, by default 128; on Managed Instances "
                + "\(Limits.minimumManagedMegabytes) to \(Limits.maximumManagedMegabytes), by default "
                + "\(Limits.minimumManagedMegabytes).",
            valueName: "MB"
        )
    )
    var memory: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("A variable; can be repeated. It wins over those of files.", valueName: "K=V")
    )
    var env: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("A file with K=V on each line; can be repeated.", valueName: "path"),
        completion: .file()
    )
    var envFile: [String] = []

    @Flag(name: .long, help: "Pass on all of your variables.")
    var inheritEnv = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "An origin whose pages may call the Function URLs, as http://localhost:5173, or '*'; can be repeated. Or "
                + "Lambda's own object: '{\"AllowOrigins\":[...],...}' or @file.",
            valueName: "origin"
        )
    )
    var cors: [String] = []

    func validate() throws {
        guard (1...Limits.maximumTimeoutSeconds).contains(self.timeout) else {
            throw ValidationError(
                "--timeout must be 1 to \(Limits.maximumTimeoutSeconds) seconds, not \(self.timeout)."
            )
        }
        if let concurrency = self.concurrency, !(0...1000).contains(concurrency) {
            throw ValidationError("--concurrency must be 0 to 1000, not \(concurrency).")
        }
        guard (0...Limits.asynchronousRetries).contains(self.asyncRetries) else {
            throw ValidationError(
                "--async-retries must be 0 to \(Limits.asynchronousRetries), not \(self.asyncRetries)."
            )
        }
        guard (0...Limits.maximumAsynchronousRetrySeconds).contains(self.asyncRetryWait) else {
            throw ValidationError(
                "--async-retry-wait must be 0 to \(Limits.maximumAsynchronousRetrySeconds) seconds, not "
                    + "\(self.asyncRetryWait)."
            )
        }
        _ = try self.assignments()
        // A file is read once, by `run()`: it may be a pipe.
        if !CORSArguments.areInFile(self.cors) { _ = try self.corsConfiguration() }
    }

    private func assignments() throws -> [VariableAssignment] {
        try self.env.map { text in
            guard let assignment = VariableAssignment(text) else {
                throw ValidationError("--env needs K=V with a name of letters, digits and _, not \"\(text)\".")
            }
            return assignment
        }
    }

    /// What Lambda allows depends on where the function runs.
    func memoryMegabytes(onManagedInstances isManaged: Bool) throws -> Int {
        let allowed =
            isManaged ? Limits.minimumManagedMegabytes...Limits.maximumManagedMegabytes : 128...10_240
        let megabytes = self.memory ?? allowed.lowerBound
        guard allowed.contains(megabytes) else {
            let place = isManaged ? " with --managed-instances" : ""
            throw ValidationError(
                "--memory must be \(allowed.lowerBound) to \(allowed.upperBound) MB\(place), not \(megabytes)."
            )
        }
        return megabytes
    }

    func configuration(name: String, command: [String], variables: [String: String]) -> FunctionConfiguration {
        var function = FunctionConfiguration(
            name: name,
            command: command,
            workingDirectory: HostProcess.workingDirectory
        )
        // What Lambda does with a deployment package. (Lambda Developer Guide, "Building a custom runtime".)
        if command.count == 1, let path = command.first, let folder = HostProcess.absolutePath(ofFolder: path) {
            function.workingDirectory = folder
            function.command = [folder + "/bootstrap"]
        }
        function.variables = variables
        function.inheritsEnvironment = self.inheritEnv
        function.invokeMode = self.invokeMode
        function.urlAuthentication = self.urlAuth
        function.urlDecodesGzip = self.urlDecodesGzip
        function.timeout = .seconds(Int64(self.timeout))
        function.reservedConcurrency = self.concurrency
        function.asynchronousRetries = self.asyncRetries
        function.asynchronousRetryWait = .seconds(Int64(self.asyncRetryWait))
        return function
    }

    /// Read once for all functions; `nil` leaves CORS to them.
    func corsConfiguration() throws -> CORSConfiguration? { try CORSArguments.configuration(self.cors) }

    /// Those of the files first, so that `--env` has the last word.
    func variables() throws -> [String: String] {
        var variables: [String: String] = [:]
        for path in self.envFile {
            let text = try HostProcess.readTextFile(path, for: "--env-file \(path)")
            for assignment in try VariableAssignment.parse(file: text, path: path) {
                variables[assignment.name] = assignment.value
            }
        }
        for assignment in try self.assignments() { variables[assignment.name] = assignment.value }
        return variables
    }
}

extension FunctionConfiguration.InvokeMode: ExpressibleByArgument {}
extension FunctionConfiguration.URLAuthentication: ExpressibleByArgument {}
