// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceServiceWire
internal import SluiceWire

/// One function, as its owner describes it.
package struct FunctionConfiguration: Sendable {
    /// How a Function URL calls the function. (Lambda API, `InvokeMode`.)
    package enum InvokeMode: String, Sendable, CaseIterable {
        case buffered = "BUFFERED"
        case responseStream = "RESPONSE_STREAM"
    }

    /// Who may call a Function URL. (Lambda API, `FunctionUrlAuthType`.)
    package enum URLAuthentication: String, Sendable, CaseIterable {
        case none = "NONE"
        /// Whoever signs. The signature is not checked.
        case iam = "AWS_IAM"
    }

    package var name: String
    /// The program and its arguments; it is run directly, without a shell.
    package var command: [String]
    /// Variables on top of those that Lambda sets.
    package var variables: [String: String] = [:]
    /// Whether the function sees all variables of this process.
    package var inheritsEnvironment = false
    package var workingDirectory: String
    package var invokeMode: InvokeMode = .responseStream
    package var urlAuthentication: URLAuthentication = .none
    /// Whether a Function URL unpacks streams in gzip, as those on Lambda were seen to do.
    /// (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/96)
    package var urlDecodesGzip = false
    package var timeout: TimeAmount = .seconds(Int64(Limits.defaultTimeoutSeconds))
    /// How long an environment may take until it asks for its first invocation. When it is over, the process is
    /// replaced, and the new one has the time of the invocation that waits.
    package var initLimit: TimeAmount = .milliseconds(Int64(Limits.initMilliseconds))
    /// How often an asynchronous invocation is tried again whose function failed, 0 to `Limits.asynchronousRetries`.
    package var asynchronousRetries = Limits.asynchronousRetries
    /// The wait before the first of these; the second waits twice as long.
    package var asynchronousRetryWait: TimeAmount = .seconds(Int64(Limits.asynchronousRetrySeconds))
    package var memoryMegabytes = 128
    /// Invocations that one environment takes at once, 1 to `Limits.maximumWorkers`, as those of Lambda Managed Instances
    /// do; `nil` for Lambda's default, where it takes one. (Lambda API, `PerExecutionEnvironmentMaxConcurrency`.)
    package var managedConcurrency: Int?
    /// Whether each environment serves one tenant, whom each request names. (Lambda API, `TenancyConfig`, `PER_TENANT`.)
    package var isolatesTenants = false
    /// Environments at once, as its owner reserved them; 0 refuses every request. `nil` reserves none.
    package var reservedConcurrency: Int?
    /// Whether its processes are stopped between invocations, as on Lambda.
    package var freezes = true
    /// An environment that nobody has needed for so long is ended; `nil` keeps it.
    package var idleLimit: TimeAmount? = .seconds(Int64(Limits.defaultIdleSeconds))
    /// Whether each invocation gets an environment of its own.
    package var startsCold = false
    /// Whether environments start as if from a snapshot (SnapStart): the runtime is told so, asks for its restore, and finds
    /// its credentials at its Runtime API.
    package var startsFromSnapshot = false
    /// How long a runtime may take over its hooks after the restore.
    package var restoreLimit: TimeAmount = .milliseconds(Int64(Limits.restoreMilliseconds))
    /// Whether an environment that uses more than its memory size is ended.
    package var enforcesMemory = true
    /// Room for the temporary files of an environment; the log says of one that has more. (Lambda API, `EphemeralStorage`.)
    package var ephemeralStorageMegabytes = Limits.ephemeralStorageMegabytes
    /// Folders whose files are external extensions, as those of `/opt/extensions` are on Lambda.
    package var extensionFolders: [String] = []
    /// Folders that its processes see at `/opt`, the later over the earlier, by absolute paths.
    package var layerFolders: [String] = []
    /// Which pages of other origins may call the Function URL. `nil` leaves it to the function: its own headers pass, and
    /// a preflight invokes it.
    package var cors: CORSConfiguration?
    /// The port of the Function URL's own listener; 0 lets the kernel choose.
    package var urlPort = 0

    package init(name: String, command: [String], workingDirectory: String) {
        self.name = name
        self.command = command
        self.workingDirectory = workingDirectory
    }

    /// Environments at once; one more request is answered with 429.
    package var concurrency: Int { self.reservedConcurrency ?? Limits.defaultConcurrency }

    /// Whether what follows a time-out or a crash is initialised in the time of its first invocation. Where each invocation
    /// has a cold start, and on Managed Instances, an environment follows no other; a snapshot is restored again.
    var resets: Bool { self.managedConcurrency == nil && !self.startsFromSnapshot && !self.startsCold }

    /// Whether an initialisation that failed is tried again in the time of its invocation. A snapshot is made before there
    /// is an invocation, and on Managed Instances an environment that fails is given up.
    var retriesFailedInit: Bool { self.managedConcurrency == nil && !self.startsFromSnapshot }

    /// A snapshot is made before there is a tenant, and on Managed Instances many share an environment.
    var mayIsolateTenants: Bool { self.managedConcurrency == nil && !self.startsFromSnapshot }

    /// As `AWS_LAMBDA_INITIALIZATION_TYPE` and telemetry have it.
    var initializationType: String {
        if self.managedConcurrency != nil { return "lambda-managed-instances" }
        return self.startsFromSnapshot ? "snap-start" : "on-demand"
    }

    /// How long an environment may take until it is ready, or at its snapshot.
    var startLimit: TimeAmount {
        guard self.startsFromSnapshot else { return self.initAllowance }
        return max(self.initLimit, self.timeout, .milliseconds(Int64(Limits.snapshotInitMilliseconds)))
    }

    /// How long an environment of this function may really take for its initialisation.
    private var initAllowance: TimeAmount {
        guard self.managedConcurrency != nil, self.initLimit == .milliseconds(Int64(Limits.initMilliseconds)) else {
            return self.initLimit
        }
        return max(.milliseconds(Int64(Limits.managedInitMilliseconds)), self.timeout)
    }

    /// Whether what the function prints is JSON. On Managed Instances it has no choice.
    var logsJSON: Bool { self.managedConcurrency != nil || self.variables["AWS_LAMBDA_LOG_FORMAT"] == "JSON" }

    /// How long names and values of its own variables are together.
    var ownVariableBytes: Int { self.variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } }

    /// Lambda's rule for names: 1 to 64 letters, digits, hyphens and underscores. (Lambda API, `FunctionName`.)
    package static func isValidName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
