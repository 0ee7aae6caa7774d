// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import Sluice
internal import SluiceWebAdapter

/// The adapter as a process: configuration from the environment, and one of its placements.
enum AdapterProcess {
    static func printHelp() {
        print(
            """
            sluice-adapter runs an HTTP application as an AWS Lambda function whose responses stream.

            USAGE: sluice-adapter -- COMMAND [ARGUMENT ...]

              sluice-adapter -- uvicorn app:app --port 8080
              sluice-adapter -- node server.mjs

            It starts the command, waits until it listens on 127.0.0.1:8080 (AWS_LWA_PORT), and then makes a request of
            each event and a response of each answer. Without a command it is one of these, by where it lies:

              .../extensions/sluice-adapter  an extension beside the image's own command
              bootstrap                      the runtime, or the wrapper of one (AWS_LAMBDA_EXEC_WRAPPER): it starts
                                             the program that the function's handler names

            Variables, as for AWS's web adapter:
              AWS_LWA_PORT, AWS_LWA_HOST                 where the application listens: 8080, 127.0.0.1
              AWS_LWA_INVOKE_MODE                        buffered, or response_stream, as the Function URL
              AWS_LWA_READINESS_CHECK_PATH, _PROTOCOL, _PORT, _HEALTHY_STATUS
                                                         a page to ask for; without one a connection is enough
              AWS_LWA_ASYNC_INIT                         true lets the first request wait for a slow start
              AWS_LWA_REMOVE_BASE_PATH, AWS_LWA_PASS_THROUGH_PATH, AWS_LWA_AUTHORIZATION_SOURCE,
              AWS_LWA_ERROR_STATUS_CODES, AWS_LWA_ENABLE_COMPRESSION, AWS_LWA_LAMBDA_RUNTIME_API_PROXY
            and of our own:
              SLUICE_ADAPTER_SOCKET                      a Unix socket in place of host and port
              SLUICE_ADAPTER_READINESS_SECONDS           how long a start may take: 60
              SLUICE_ADAPTER_METRICS                     true writes a line of CloudWatch metrics for each response

            Exit codes: 1 when the application or Lambda's service ended, 64 when something here is wrong.
            """
        )
    }

    static func printVersion() { print("sluice-adapter 0.1.0") }

    static func run(_ arguments: [String]) -> Never {
        let placement: Placement
        do {
            placement = try Placement(
                arguments: arguments,
                program: Platform.programPath(),
                isProgram: { AdapterEnvironment.isSameFile($0, Platform.programPath()) },
                variable: { AdapterEnvironment.value($0) }
            )
        } catch {
            self.fail("\(error)")
        }
        let logger = Logger.ofFunction(label: "sluice-adapter")
        let state = ApplicationState()
        var function: LambdaFunction
        var socketPath: String?
        do {
            let (configuration, warnings) = try AdapterConfiguration.read(AdapterEnvironment.variables())
            for warning in warnings { logger.warning("\(warning)") }
            if case .socket(let path) = configuration.address { socketPath = path }
            if let proxy = configuration.runtimeAPIProxy { Platform.useRuntimeAPI(at: proxy) }
            function = WebAdapter(configuration, state: state, logger: logger).function()
        } catch {
            // Lambda hears of it as of a function whose own start failed; Lambda itself, for a proxy may be wrong.
            function = LambdaFunction(setUp: { _ in throw error }, { _, _, _ in .text("") })
            function.logger = logger
            // As an extension it registers before, since Lambda starts no runtime until all have. What it then posts is
            // the runtime's own error, which any process of the environment can.
            if case .externalExtension(let name) = placement { function.externalExtensionName = name }
            function.run()
        }
        switch placement {
        case .parent(let command):
            function.company = Application(command: command, state: state, socketPath: socketPath)
        case .externalExtension(let name): function.externalExtensionName = name
        }
        function.run()
    }

    private static func fail(_ reason: String) -> Never {
        Platform.printToStandardError("sluice-adapter: \(reason)")
        Platform.exitProcess(64)
    }
}
