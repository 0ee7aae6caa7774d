// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Sluice

extension AdapterConfiguration {
    /// Reads the variables of a process.
    ///
    /// - Returns: the configuration, and what its owner should be told although it can be used.
    /// - Throws: for a value that cannot be used.
    package static func read(
        _ variables: [String: String]
    ) throws(ConfigurationError) -> (configuration: Self, warnings: [String]) {
        var reader = Reader(variables)
        let configuration = try reader.configuration()
        reader.warnOfUnknownNames()
        return (configuration, reader.warnings)
    }

    private struct Reader {
        let variables: [String: String]
        var warnings: [String] = []

        init(_ variables: [String: String]) { self.variables = variables }

        mutating func configuration() throws(ConfigurationError) -> AdapterConfiguration {
            var configuration = AdapterConfiguration()
            // With a socket it is of no use but to the readiness's own port, and often there as another program's `HOST`.
            let needsHost = self.value(.socket) == nil || self.value(.readinessPort) != nil
            let host = try needsHost ? self.host(.host) ?? "127.0.0.1" : "127.0.0.1"
            let port = try self.port(.port) ?? 8_080
            configuration.address = .port(host: host, port)
            if let socket = self.value(.socket) {
                guard socket.text.hasPrefix("/"), socket.text.utf8.count <= 107 else {
                    throw socket.refused("the absolute path of a Unix socket, at most 107 bytes")
                }
                configuration.address = .socket(path: socket.text)
            }
            configuration.readiness = try self.readiness(at: configuration.address, host: host)
            configuration.startsAsynchronously = try self.flag(.asyncInit)
            configuration.basePath = try self.basePath(.removeBasePath)
            configuration.invokeMode = try self.invokeMode()
            configuration.compresses = try self.flag(.enableCompression)
            if configuration.compresses, configuration.invokeMode == .responseStream {
                self.warnings.append(
                    "AWS_LWA_ENABLE_COMPRESSION: Function URLs were seen to unpack streams in gzip on their way to the caller"
                )
            }
            if let path = try self.path(.passThroughPath) { configuration.passThroughPath = path }
            configuration.authorizationSource = try self.fieldName(.authorizationSource)
            if let statuses = try self.statuses(.errorStatusCodes) { configuration.errorStatuses = statuses }
            configuration.runtimeAPIProxy = try self.serviceAddress(.runtimeAPIProxy)
            configuration.writesMetrics = try self.flag(.metrics)
            configuration.keepsConnections = self.variables["AWS_LAMBDA_INITIALIZATION_TYPE"] != "snap-start"
            return configuration
        }

        private mutating func readiness(at address: Address, host: String) throws(ConfigurationError) -> Readiness {
            var readiness = Readiness(address: address, check: .connection)
            if let port = try self.port(.readinessPort) { readiness.address = .port(host: host, port) }
            let path = try self.path(.readinessPath)
            let healthy = try self.statuses(.readinessStatuses)
            let kind = self.value(.readinessProtocol)
            switch kind?.text.lowercased() {
            case "tcp": break
            case "http":
                readiness.check = .http(path: path ?? "/", healthy: healthy ?? StatusRanges([100...499]))
            case nil where path != nil || healthy != nil:
                readiness.check = .http(path: path ?? "/", healthy: healthy ?? StatusRanges([100...499]))
            // Nobody named a page that may be asked for, so none is.
            case nil: break
            default: throw kind?.refused("http or tcp") ?? ConfigurationError(variable: "", value: "", expected: "")
            }
            if let seconds = self.value(.readinessSeconds) {
                guard let number = Int(seconds.text), (1...900).contains(number) else {
                    throw seconds.refused("a number of seconds, 1 to 900")
                }
                readiness.timeoutSeconds = number
            }
            return readiness
        }

        // MARK: Kinds of values

        private struct Value {
            let name: String
            let text: String

            func refused(_ expected: String) -> ConfigurationError {
                ConfigurationError(variable: self.name, value: self.text, expected: expected)
            }
        }

        /// An empty one counts as none: templates cannot leave a variable out.
        private mutating func value(_ variable: AdapterVariable) -> Value? {
            if let text = self.variables[variable.rawValue], !text.isEmpty {
                return Value(name: variable.rawValue, text: text)
            }
            if let name = variable.otherName, let text = self.variables[name], !text.isEmpty {
                return Value(name: name, text: text)
            }
            guard let name = variable.deprecatedName, let text = self.variables[name], !text.isEmpty else { return nil }
            let warning = "\(name) is deprecated: name it \(variable.rawValue)"
            if !self.warnings.contains(warning) { self.warnings.append(warning) }
            return Value(name: name, text: text)
        }

        private mutating func port(_ variable: AdapterVariable) throws(ConfigurationError) -> Int? {
            guard let value = self.value(variable) else { return nil }
            guard let port = Int(value.text), (1...65_535).contains(port) else {
                throw value.refused("a port, 1 to 65535")
            }
            return port
        }

        private mutating func host(_ variable: AdapterVariable) throws(ConfigurationError) -> String? {
            guard let value = self.value(variable) else { return nil }
            let host = HostName.withoutBrackets(value.text)
            guard HostName.isOne(host) else {
                throw value.refused("the name or the address of a host, as 127.0.0.1, ::1 or localhost, and no URL")
            }
            return host
        }

        /// As the runtime reads its own, so that what is wrong is told by the name that its owner gave it.
        private mutating func serviceAddress(_ variable: AdapterVariable) throws(ConfigurationError) -> String? {
            guard let value = self.value(variable) else { return nil }
            guard (try? RuntimeAddress(value.text)) != nil else {
                throw value.refused("a host and a port, as 127.0.0.1:9009, and no URL")
            }
            return value.text
        }

        private mutating func flag(_ variable: AdapterVariable) throws(ConfigurationError) -> Bool {
            guard let value = self.value(variable) else { return false }
            switch value.text.lowercased() {
            case "true": return true
            case "false": return false
            default: throw value.refused("true or false")
            }
        }

        private mutating func path(_ variable: AdapterVariable) throws(ConfigurationError) -> String? {
            guard let value = self.value(variable) else { return nil }
            guard value.text.hasPrefix("/"), value.text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw value.refused("a path that begins with a slash, with everything else than ASCII percent-encoded")
            }
            return value.text
        }

        private mutating func basePath(_ variable: AdapterVariable) throws(ConfigurationError) -> BasePath? {
            guard let value = self.value(variable) else { return nil }
            guard BasePath.canBegin(value.text) else {
                throw value.refused("the beginning of a path, as /api, and no URL; all but ASCII percent-encoded")
            }
            return BasePath(value.text)
        }

        private mutating func statuses(_ variable: AdapterVariable) throws(ConfigurationError) -> StatusRanges? {
            guard let value = self.value(variable) else { return nil }
            guard let ranges = StatusRanges(value.text) else {
                throw value.refused("status codes and ranges of them, 100 to 599, as 200-399,404")
            }
            return ranges
        }

        private mutating func invokeMode() throws(ConfigurationError) -> InvokeMode {
            guard let value = self.value(.invokeMode) else { return .buffered }
            switch value.text.lowercased() {
            case "buffered": return .buffered
            case "response_stream": return .responseStream
            default: throw value.refused("buffered or response_stream")
            }
        }

        private mutating func fieldName(_ variable: AdapterVariable) throws(ConfigurationError) -> HTTPField.Name? {
            guard let value = self.value(variable) else { return nil }
            guard let name = HTTPField.Name(value.text) else { throw value.refused("the name of a header") }
            return name
        }

        mutating func warnOfUnknownNames() {
            let known = Set(AdapterVariable.allCases.map(\.rawValue))
            for name in self.variables.keys.sorted() where !known.contains(name) {
                guard AdapterVariable.prefixes.contains(where: { name.hasPrefix($0) }) else { continue }
                let hint = AdapterVariable.nearest(to: name).map { "; did you mean \($0.rawValue)?" } ?? ""
                self.warnings.append("\(name) is unknown and has no effect\(hint)")
            }
        }
    }
}
