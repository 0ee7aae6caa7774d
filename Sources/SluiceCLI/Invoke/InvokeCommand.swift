// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import HTTPTypes
internal import NIOCore
internal import SluiceWire

/// `sluice invoke`: calls a function and shows its answer as it comes.
struct InvokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoke",
        abstract: "Call a function and show its answer as it comes.",
        usage: "sluice invoke <function> [<options>]",
        discussion: """
            A name is called through the Lambda API, as an SDK would do it: with --stream by \
            InvokeWithResponseStream, which shows each chunk as it arrives, else by Invoke. A URL, also a real \
            Function URL's, is requested over HTTP or HTTPS, as curl would do it.

            The answer's bytes go to standard output unchanged, all else to standard error. Exit codes:
              0  the answer is complete
              1  the function failed, or the call was refused (a URL: status 400 and above)
              2  the answer broke off, or cannot be read
              3  there is no connection: the name, the address, or the certificate
              130  Ctrl-C; with --timeline what came until then is drawn
              141  nobody reads the output any more, as behind | head -1

            Examples:
              sluice invoke hello --payload '{"name":"you"}'
              sluice invoke hello --stream --timeline --payload @event.json
              sluice invoke http://127.0.0.1:9001/tokens --timeline
              sluice invoke https://abc123.lambda-url.eu-west-1.on.aws/ --timeline
            """
    )

    @Argument(help: ArgumentHelp("A function's name, name:qualifier or ARN; or a URL.", valueName: "function"))
    var target: String

    @Option(
        help: ArgumentHelp(
            "The event, or a URL's body: text, @FILE, or - for standard input. (default: {} for a name)",
            valueName: "text"
        )
    )
    var payload: String?

    @Flag(help: "Call InvokeWithResponseStream. A URL streams by its own invoke mode.")
    var stream = false

    @Flag(help: "Draw on standard error when each chunk came.")
    var timeline = false

    @Flag(help: "Show the end of the invocation's log on standard error, for a name.")
    var log = false

    @Option(help: ArgumentHelp("Where the Lambda API is, for a name; below a path if it has one.", valueName: "url"))
    var endpoint = "http://127.0.0.1:9000"

    @Option(help: "The request's method, for a URL. (default: GET, or POST with a payload)")
    var method: String?

    @Option(
        name: .customLong("header"),
        help: ArgumentHelp("A field of the request; can be repeated.", valueName: "Name: value")
    )
    var headers: [String] = []

    @Option(
        help: ArgumentHelp(
            "The certificate authorities to trust with https, in PEM. (default: the system's)",
            valueName: "path"
        )
    )
    var caFile: String?

    func validate() throws {
        _ = try self.fields()
        if HTTPAddress.isURL(self.target) {
            let url = try Self.explained("") { () throws(HTTPAddress.Malformed) in try HTTPAddress(self.target) }
            guard !self.log else { throw ValidationError("--log is for a name; a Function URL tells no log.") }
            guard self.method.map({ HTTPRequest.Method($0) != nil }) ?? true else {
                throw ValidationError("--method \(self.method ?? "") is no HTTP method.")
            }
            try self.checkCertificateOption(isSecure: url.isSecure)
        } else {
            if let url = HTTPAddress.meant(by: self.target) {
                throw ValidationError("\(self.target) is no URL without its scheme; did you mean \(url)?")
            }
            guard self.method == nil else {
                throw ValidationError("--method is for a URL; the Lambda API is always called with POST.")
            }
            _ = try self.function()
            let endpoint = try Self.explained("--endpoint: ") { () throws(HTTPAddress.Malformed) in
                try HTTPAddress(self.endpoint)
            }
            guard !endpoint.target.utf8.contains(UInt8(ascii: "?")) else {
                throw ValidationError("--endpoint takes no query: the call's path is appended to it.")
            }
            try self.checkCertificateOption(isSecure: endpoint.isSecure)
        }
    }

    private func checkCertificateOption(isSecure: Bool) throws {
        guard self.caFile == nil || isSecure else { throw ValidationError("--ca-file is for https.") }
    }

    func run() async throws {
        StandardStreams.ignoreBrokenPipes()
        let (request, certificates) = try await Self.explainingArguments {
            (try self.request(), try self.certificates())
        }
        let call = Call(request: request, client: StreamClient(certificates: certificates))
        let record = CallRecord(showsTimeline: self.timeline, showsLog: self.log)
        // Without a drawing there is nothing left to say, and the signal may do what it does.
        guard self.timeline else { return try await call.run(record) }
        try await call.run(record, until: await StopSignals.trapInterrupt())
    }
}
