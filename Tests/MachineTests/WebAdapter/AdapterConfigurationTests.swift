// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceWebAdapter
import Testing

@Suite struct AdapterConfigurationTests {
    private func read(_ variables: [String: String], warns: Int = 0) throws -> AdapterConfiguration {
        let (configuration, warnings) = try AdapterConfiguration.read(variables)
        #expect(warnings.count == warns, "\(warnings)")
        return configuration
    }

    @Test func withoutVariablesItIsWhatTheDocumentsSay() throws {
        let configuration = try self.read([:])
        #expect(configuration == AdapterConfiguration())
        #expect(configuration.address == .port(host: "127.0.0.1", 8_080))
        #expect(configuration.readiness.check == .connection)
        #expect(configuration.readiness.timeoutSeconds == 60)
        #expect(configuration.invokeMode == .buffered)
        #expect(configuration.passThroughPath == "/events")
        #expect(configuration.errorStatuses.isEmpty)
        #expect(configuration.keepsConnections)
    }

    @Test func readsEveryVariable() throws {
        let configuration = try self.read(
            [
                "AWS_LWA_PORT": "3000", "AWS_LWA_HOST": "127.0.0.2", "AWS_LWA_READINESS_CHECK_PORT": "3001",
                "AWS_LWA_READINESS_CHECK_PATH": "/health?full=1", "AWS_LWA_READINESS_CHECK_PROTOCOL": "HTTP",
                "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS": "200-299,404", "AWS_LWA_ASYNC_INIT": "true",
                "AWS_LWA_REMOVE_BASE_PATH": "/api/", "AWS_LWA_ENABLE_COMPRESSION": "TRUE",
                "AWS_LWA_INVOKE_MODE": "Response_Stream", "AWS_LWA_PASS_THROUGH_PATH": "/jobs",
                "AWS_LWA_AUTHORIZATION_SOURCE": "X-Token", "AWS_LWA_ERROR_STATUS_CODES": "500,502-504",
                "AWS_LWA_LAMBDA_RUNTIME_API_PROXY": "127.0.0.1:9009", "SLUICE_ADAPTER_READINESS_SECONDS": "12",
                "SLUICE_ADAPTER_METRICS": "true", "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            ],
            // That URLs undo compression.
            warns: 1
        )
        var expected = AdapterConfiguration()
        expected.address = .port(host: "127.0.0.2", 3_000)
        expected.readiness.address = .port(host: "127.0.0.2", 3_001)
        expected.readiness.check = .http(path: "/health?full=1", healthy: StatusRanges([200...299, 404...404]))
        expected.readiness.timeoutSeconds = 12
        expected.startsAsynchronously = true
        expected.basePath = BasePath("/api")
        expected.compresses = true
        expected.invokeMode = .responseStream
        expected.passThroughPath = "/jobs"
        expected.authorizationSource = HTTPField.Name("x-token")
        expected.errorStatuses = StatusRanges([500...500, 502...504])
        expected.runtimeAPIProxy = "127.0.0.1:9009"
        expected.writesMetrics = true
        expected.keepsConnections = false
        #expect(configuration == expected)
    }

    @Test func aSocketTakesThePlaceOfHostAndPort() throws {
        let configuration = try self.read(["SLUICE_ADAPTER_SOCKET": "/tmp/app.sock", "AWS_LWA_PORT": "3000"])
        #expect(configuration.address == .socket(path: "/tmp/app.sock"))
        #expect(configuration.readiness.address == .socket(path: "/tmp/app.sock"))
    }

    /// The name that applications themselves read is no old one.
    @Test func portStandsInForItsLongerName() throws {
        #expect(try self.read(["PORT": "3000"]).address == .port(host: "127.0.0.1", 3_000))
        #expect(try self.read(["PORT": "3000", "AWS_LWA_PORT": "4000"]).address == .port(host: "127.0.0.1", 4_000))
    }

    /// A page that nobody named is not asked for: it may be one that costs something.
    @Test func aPageIsAskedForOnlyWhenSomebodySaidSo() throws {
        let all = StatusRanges([100...499])
        #expect(try self.read([:]).readiness.check == .connection)
        #expect(
            try self.read(["AWS_LWA_READINESS_CHECK_PROTOCOL": "http"]).readiness.check
                == .http(path: "/", healthy: all)
        )
        #expect(
            try self.read(["AWS_LWA_READINESS_CHECK_PATH": "/up"]).readiness.check == .http(path: "/up", healthy: all)
        )
        let tcp = ["AWS_LWA_READINESS_CHECK_PROTOCOL": "tcp", "AWS_LWA_READINESS_CHECK_PATH": "/up"]
        #expect(try self.read(tcp).readiness.check == .connection)
    }

    @Test(arguments: [
        ("HOST", "AWS_LWA_HOST", "127.0.0.2"), ("READINESS_CHECK_PORT", "AWS_LWA_READINESS_CHECK_PORT", "1"),
        ("READINESS_CHECK_PATH", "AWS_LWA_READINESS_CHECK_PATH", "/up"),
        ("READINESS_CHECK_PROTOCOL", "AWS_LWA_READINESS_CHECK_PROTOCOL", "tcp"),
        ("REMOVE_BASE_PATH", "AWS_LWA_REMOVE_BASE_PATH", "/api"), ("ASYNC_INIT", "AWS_LWA_ASYNC_INIT", "true"),
    ])
    func anOldNameWorksWithAWarning(old: String, new: String, value: String) throws {
        let (configuration, warnings) = try AdapterConfiguration.read([old: value])
        #expect(configuration == (try self.read([new: value])))
        #expect(warnings == ["\(old) is deprecated: name it \(new)"])
    }

    @Test(arguments: [
        ("AWS_LWA_INVOKEMODE", "AWS_LWA_INVOKE_MODE"), ("AWS_LWA_READINESS_PATH", "AWS_LWA_READINESS_CHECK_PATH"),
        ("SLUICE_ADAPTER_SOKET", "SLUICE_ADAPTER_SOCKET"), ("AWS_LWA_PROT", "AWS_LWA_PORT"),
    ])
    func anUnknownNameIsWarnedOfWithTheNearest(name: String, nearest: String) throws {
        let (_, warnings) = try AdapterConfiguration.read([name: "x"])
        #expect(warnings == ["\(name) is unknown and has no effect; did you mean \(nearest)?"])
    }

    /// Least of all a short one, which a few letters make any other.
    @Test(arguments: [
        "AWS_LWA_SOMETHING_COMPLETELY_DIFFERENT_FROM_ALL", "AWS_LWA_FOO", "AWS_LWA_", "AWS_LWA_TLS", "AWS_LWA_DEBUG",
        "AWS_LWA_TLS_CERT", "SLUICE_ADAPTER_X", "SLUICE_ADAPTER_CONCURRENCY",
    ])
    func aNameThatIsLikeNoneGetsNoHint(name: String) throws {
        let (_, warnings) = try AdapterConfiguration.read([name: "x"])
        #expect(warnings == ["\(name) is unknown and has no effect"])
    }

    @Test(arguments: [
        ("AWS_LWA_PORT", "eighty"), ("AWS_LWA_PORT", "0"), ("AWS_LWA_PORT", "65536"), ("PORT", "-1"),
        ("AWS_LWA_READINESS_CHECK_PORT", "x"), ("AWS_LWA_READINESS_CHECK_PATH", "health"),
        ("AWS_LWA_READINESS_CHECK_PATH", "/a b"), ("AWS_LWA_READINESS_CHECK_PROTOCOL", "udp"),
        ("AWS_LWA_READINESS_CHECK_HEALTHY_STATUS", "ok"), ("AWS_LWA_ASYNC_INIT", "yes"),
        ("AWS_LWA_INVOKE_MODE", "stream"), ("AWS_LWA_ENABLE_COMPRESSION", "1"),
        ("AWS_LWA_PASS_THROUGH_PATH", "events"), ("AWS_LWA_AUTHORIZATION_SOURCE", "x token"),
        ("AWS_LWA_ERROR_STATUS_CODES", "500,"), ("SLUICE_ADAPTER_SOCKET", "app.sock"),
        ("SLUICE_ADAPTER_SOCKET", "/" + String(repeating: "x", count: 107)),
        ("SLUICE_ADAPTER_READINESS_SECONDS", "0"), ("SLUICE_ADAPTER_METRICS", "on"),
        ("AWS_LWA_HOST", "http://127.0.0.1"), ("AWS_LWA_HOST", "127.0.0.1:8080"), ("AWS_LWA_HOST", "[::1"),
        ("AWS_LWA_HOST", "local host"), ("HOST", "https://example.com"),
        ("AWS_LWA_REMOVE_BASE_PATH", "https://example.com/api"), ("AWS_LWA_REMOVE_BASE_PATH", "/api?x=1"),
        ("AWS_LWA_REMOVE_BASE_PATH", "/a b"), ("AWS_LWA_REMOVE_BASE_PATH", "/<a>"),
        ("AWS_LWA_REMOVE_BASE_PATH", "/\u{E4}"),
        ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "127.0.0.1"), ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "127.0.0.1:"),
        ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "127.0.0.1:65536"), ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", ":9009"),
        ("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", "http://127.0.0.1:9009"),
    ])
    func aValueThatDoesNotParseIsAnErrorThatNamesIt(variable: String, value: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try AdapterConfiguration.read([variable: value]) }
        #expect(error.variable == variable && error.value == value && !error.expected.isEmpty)
        #expect(error.description.hasPrefix("\(variable) is \"\(value)\"; it must be "))
    }

    @Test(arguments: ["localhost", "127.0.0.2", "::1", "fe80::1%eth0", "my_app.internal", "0.0.0.0"])
    func aHostIsANameOrAnAddress(host: String) throws {
        #expect(try self.read(["AWS_LWA_HOST": host]).address == .port(host: host, 8_080))
    }

    @Test func anAddressInBracketsIsTheAddress() throws {
        #expect(try self.read(["AWS_LWA_HOST": "[::1]"]).address == .port(host: "::1", 8_080))
    }

    /// It is there for another program.
    @Test func aHostThatIsNotNeededIsNotLookedAt() throws {
        let variables = ["SLUICE_ADAPTER_SOCKET": "/tmp/app.sock", "HOST": "https://shop.example"]
        #expect(try self.read(variables).address == .socket(path: "/tmp/app.sock"))
    }

    @Test(arguments: ["api", "/api", "//api//v1/", "/%C3%A4", "/a:b@c", "/proxy/https://x", "/"])
    func aBasePathIsTheBeginningOfAPath(path: String) throws {
        #expect(try self.read(["AWS_LWA_REMOVE_BASE_PATH": path]).basePath == BasePath(path))
    }

    @Test(arguments: ["127.0.0.1:9009", "localhost:1", "[::1]:65535"])
    func aProxyIsAHostAndAPort(address: String) throws {
        #expect(try self.read(["AWS_LWA_LAMBDA_RUNTIME_API_PROXY": address]).runtimeAPIProxy == address)
    }

    /// Templates cannot leave a variable out.
    @Test func anEmptyValueCountsAsNone() throws {
        let none = ["AWS_LWA_PORT": "", "AWS_LWA_INVOKE_MODE": "", "AWS_LWA_REMOVE_BASE_PATH": "", "PORT": ""]
        #expect(try self.read(none) == AdapterConfiguration())
    }
}
