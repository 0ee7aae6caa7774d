// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
internal import SluiceEmulator
internal import SluiceWire

/// `sluice serve`: the local Lambda, until a signal ends it.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve functions as Lambda would, with live response streams.",
        usage: "sluice serve --function <NAME=COMMAND> ... [<options>]",
        discussion: """
            COMMAND is the program that Lambda would run: one that speaks the Runtime API. It is split into words as \
            a shell would do it, and run without a shell. It sees Lambda's variables, PATH, HOME, your AWS_* variables, \
            a folder of its own in TMPDIR, and what --env and --env-file give; --inherit-env adds the rest of yours. A \
            COMMAND that is a folder stands for the bootstrap in it, which is started there. The options hold for all \
            functions.

            Each function has a Function URL on a port of its own: the endpoint's port + 1, + 2, ... in the order \
            given. The endpoint serves Invoke and InvokeWithResponseStream to any AWS SDK whose endpoint URL is set \
            to it, and the Function URLs by host name: http://NAME.lambda-url.localhost:PORT/.

            A web page of another origin, such as a development server's, may call the Function URLs if --cors names \
            that origin: it may use every method and header then, and send no cookies; Lambda's object says it in \
            detail. Preflights are answered without the function. Without --cors the function's own headers count.

            With --watch, --watch-path or --build, what changes is run from the next invocation on, and invocations under \
            way finish with the code that they began with. Files are looked at four times a second; left out are hidden \
            ones, node_modules, __pycache__, and folders that a CACHEDIR.TAG marks. A build runs without a shell, while \
            the old code goes on serving, also if it fails; what changes meanwhile is built once more. A --watch-path \
            must not hold what the build writes, nor logs: each line in one would be new code. The first build runs \
            before anything is said to be ready.

            An environment lives as on Lambda: when runtime and extensions wait for their next event its processes are \
            stopped, and they go on with the next invocation; one that nobody needs is ended, with its folder of \
            temporary files. A function that uses more than its memory size is killed. With --snap-start each environment \
            is initialised and restored at once: its runtime hears that it starts from a snapshot, and does its hooks.

            With --managed-instances an environment takes several invocations at once, as on Lambda Managed Instances: its \
            runtime runs as many workers as AWS_LAMBDA_MAX_CONCURRENCY says, another environment is started when all are \
            busy, and --concurrency is how many there may be. A time-out ends its own invocation only; nothing is stopped \
            between invocations; what the function prints has to be JSON.

            With --per-tenant (Lambda's TenancyConfig PER_TENANT) an environment serves the invocations of one tenant only, \
            which each request names in X-Amz-Tenant-Id. As on Lambda one without it gets 400, there is no Function URL, \
            and without --per-tenant a request that names a tenant gets 400.

            With --cpu-share a function of 1769 MB has one processor, and others have as much as their memory size says. That \
            needs Linux and a control group in which this user may make others; without one it does not start.

            Lambda's limits are kept, and the log says which one bites. Each can be changed by its name: \
            request-bytes, async-request-bytes, response-bytes, stream-bytes, stream-burst-bytes, \
            stream-bytes-per-second, prelude-bytes, environment-bytes, init-milliseconds, extensions, \
            ephemeral-storage-megabytes, requests-per-second. The last is for each of the concurrency: with --concurrency 2, \
            and 10 requests a second as on Lambda, one more than 20 within a second gets 429; all functions together have 10 \
            for each of the account's concurrency. Of temporary files that outgrow their room the log says so: here a write goes \
            on, and on Lambda it fails.

            Faults, for every request by --fault, or for one by its header X-Sluice-Fault: kill=BYTES and \
            freeze=BYTES[/MS] strike the function when its caller has so many bytes of the response; drop=BYTES and \
            truncate=BYTES end the caller's connection there; error=BYTES has the service fail there, and answer the \
            runtime with 500; slow=BYTES a second and stall=BYTES[/MS] make the caller a slow one; throttle[=N] answers \
            every Nth request with 429; init-crash ends a function that starts.

            With --extensions, every program of the folder is started before the function, and registers under its \
            file's name. An extension that subscribes to telemetry listens on a port of its own choice, and names it as \
            sandbox.localdomain. Where several environments run at once, so do several of each extension: have them \
            take any free port, or use --concurrency 1.

            With --layer, functions and extensions have the folder's content at /opt, and nobody else: read-only, with what \
            the machine has there below it. The programs in a layer's extensions folder are started as those of \
            --extensions, which win over them by their names; a COMMAND that is a folder without a bootstrap has that of \
            a layer; and /opt/bin is the last in PATH. It needs Linux, and a system that lets this user make namespaces; \
            without, it does not start.

            It listens on 127.0.0.1 only, and does not check signatures. Ctrl-C stops it, and ends the process group of \
            every function.

            Examples:
              sluice serve --function hello=.build/debug/Hello
              sluice serve --function 'api=node server.mjs' --function b=./bootstrap
              sluice serve --function hello=./hello --timeout 60 --env-file .env
              sluice serve --function hello=./hello --cors http://localhost:5173
              sluice serve --function hello=./hello --limit stream-bytes=100000
              sluice serve --function hello=./hello --fault kill=65536
              sluice serve --function 'api=node server.mjs' --watch
              sluice serve --function hello=.build/debug/Hello \\
                --build 'swift build --product Hello' --watch-path Sources
            """
    )

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A function and its program, or the folder that has its bootstrap; can be repeated.",
            valueName: "NAME=COMMAND"
        ),
        transform: FunctionArgument.init(parsing:)
    )
    var function: [FunctionArgument]

    @Option(name: .long, help: "The endpoint's port; 0 lets the system choose all ports.")
    var port = 9000

    @OptionGroup var settings: FunctionSettings

    @OptionGroup var life: LifeSettings

    @OptionGroup var limits: LimitSettings

    @OptionGroup var extensions: ExtensionSettings

    @OptionGroup var layers: LayerSettings

    @OptionGroup var watch: WatchSettings

    @Option(
        name: .long,
        help: ArgumentHelp("Print the addresses on stdout, in one line, once all listen.", valueName: "format")
    )
    var ready: ReadyFormat?

    enum ReadyFormat: String, ExpressibleByArgument, CaseIterable { case json }

    func validate() throws {
        guard (0...65_535).contains(self.port) else {
            throw ValidationError("--port must be 0 to 65535, not \(self.port).")
        }
        guard !self.function.isEmpty else {
            throw ValidationError("Name at least one function: --function NAME=COMMAND.")
        }
        _ = try self.settings.memoryMegabytes(onManagedInstances: self.life.managedInstances != nil)
        var names: Set<String> = []
        for function in self.function where !names.insert(function.name).inserted {
            throw ValidationError("Two functions are named \(function.name).")
        }
        if self.port > 0, self.port + self.function.count > 65_535 {
            throw ValidationError(
                "--port \(self.port) is too high: the Function URLs have the ports after it, up to 65535."
            )
        }
    }

    func run() async throws {
        let (variables, cors) = try await Self.explainingArguments {
            (try self.settings.variables(), try self.settings.corsConfiguration())
        }
        let megabytes = try self.settings.memoryMegabytes(onManagedInstances: self.life.managedInstances != nil)
        let functions = self.function.enumerated().map { index, argument in
            var function = self.settings.configuration(
                name: argument.name,
                command: argument.command,
                variables: variables
            )
            function.cors = cors
            function.memoryMegabytes = megabytes
            self.life.apply(to: &function, limits: self.limits.limits)
            self.extensions.apply(to: &function)
            self.layers.apply(to: &function)
            function.urlPort = self.port == 0 ? 0 : self.port + index + 1
            return function
        }
        var configuration = EmulatorConfiguration(functions: functions, hostVariables: HostProcess.variables)
        configuration.port = self.port
        self.life.apply(to: &configuration)
        try self.limits.apply(to: &configuration)
        let watch = try self.watch.configuration(of: functions)
        let ready = self.ready
        let stopSignals = await StopSignals.trap()
        try await ConsoleService.run(configuration, stopSignals: stopSignals) { addresses, console in
            let sayReady: @Sendable () -> Void = {
                switch ready {
                case .json: console.printToStandardOutput(ReadyLine.json(addresses))
                case nil: console.print(lines: Greeting.lines(addresses, functions: functions, style: console.style))
                }
            }
            guard let watch else {
                sayReady()
                await stopSignals.wait()
                return
            }
            let changes = FunctionWatch(watch, of: addresses.control)
            _ = try await stopSignals.run { await changes.run(whenReady: sayReady) }
        }
    }
}
