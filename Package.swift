// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules; CONTRIBUTING.md says why each is there.
let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    // Set by `.ci/run`. A compiler flag for the whole build would hit the dependencies too, which are not ours to mend.
    + (Context.environment["SLUICE_WARNINGS_AS_ERRORS"] == "1" ? [.treatAllWarnings(as: .error)] : [])

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage: Target.Dependency = .product(
    name: "SystemPackage",
    package: "swift-system",
    condition: .when(platforms: [.linux])
)
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let inMemoryTracing: Target.Dependency = .product(name: "InMemoryTracing", package: "swift-distributed-tracing")
let hummingbird: Target.Dependency = .product(
    name: "Hummingbird",
    package: "hummingbird",
    condition: .when(traits: ["Hummingbird"])
)
let hummingbirdTesting: Target.Dependency = .product(
    name: "HummingbirdTesting",
    package: "hummingbird",
    condition: .when(traits: ["Hummingbird"])
)
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Sluice", targets: ["Sluice"]),
        .library(name: "SluiceServiceLifecycle", targets: ["SluiceServiceLifecycle"]),
        .library(name: "SluiceHummingbird", targets: ["SluiceHummingbird"]),
        .library(name: "SluiceMetrics", targets: ["SluiceMetrics"]),
        .library(name: "SluiceTracing", targets: ["SluiceTracing"]),
        .library(name: "SluiceTesting", targets: ["SluiceTesting"]),
        .library(name: "EventStreamCoding", targets: ["EventStreamCoding"]),
        .executable(name: "sluice", targets: ["SluiceCLI"]),
        .executable(name: "sluice-adapter", targets: ["SluiceAdapterCLI"]),
    ]
        // For the package in Fuzzing/ alone, whose script sets it.
        + (Context.environment["SLUICE_FUZZING"] == "1"
            ? [.library(name: "FuzzTargets", targets: ["FuzzTargets"])] : []),
    traits: [
        .trait(
            name: "Codable",
            description: "Events and results that are Codable. Links FoundationEssentials: 8 MB of a static binary."
        ),
        .trait(
            name: "Hummingbird",
            description: "Hummingbird applications as functions. Without it, the framework is not even fetched."
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        // Its default trait links FoundationEssentials: 5 MB in every function.
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
    ],
    targets: [
        // Leaves: values and state machines. No sockets, no clock, no async.
        .target(name: "EventStreamCoding", dependencies: [nioCore], swiftSettings: swiftSettings),
        .target(name: "SluiceWire", dependencies: [nioCore, httpTypes], swiftSettings: swiftSettings),
        .target(
            name: "SluiceHTTP1",
            dependencies: [nioHTTP1, httpTypes],
            swiftSettings: swiftSettings
        ),
        .target(name: "CSluiceShims"),
        .target(name: "CSluiceEnvironment"),

        // The runtime library, which functions import.
        .target(
            name: "Sluice",
            dependencies: [
                "SluiceWire", "SluiceHTTP1", "CSluiceShims",
                nioCore, nioPosix, nioHTTP1, httpTypes, logging,
            ],
            swiftSettings: swiftSettings
        ),

        // Beside it, each for those who import it: what it needs is neither compiled nor linked for anybody else.
        .target(
            name: "SluiceServiceLifecycle",
            dependencies: ["Sluice", serviceLifecycle, logging],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SluiceMetrics",
            dependencies: ["Sluice", "SluiceWire", coreMetrics, logging, nioCore],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SluiceHummingbird",
            dependencies: [
                "Sluice", "SluiceServiceLifecycle", hummingbird, serviceLifecycle, logging, httpTypes, nioCore,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SluiceTracing",
            dependencies: ["Sluice", "SluiceWire", tracing, httpTypes, nioCore],
            swiftSettings: swiftSettings
        ),

        // Bodies in gzip, piece by piece, for the adapter and the local Lambda.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "SluiceGzip", dependencies: ["CZlib", nioCore], swiftSettings: swiftSettings),

        // The service side. None of it is linked into a function.
        .target(
            name: "SluiceServiceWire",
            dependencies: ["SluiceWire", nioCore, httpTypes],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SluiceHTTPServer",
            dependencies: ["SluiceHTTP1", "SluiceWire", nioCore, nioPosix, nioHTTP1, httpTypes],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SluiceRuntimeAPI",
            dependencies: [
                "SluiceServiceWire", "SluiceWire", "SluiceHTTPServer", nioCore, nioPosix, nioHTTP1, httpTypes,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SluiceEmulator",
            dependencies: [
                "SluiceRuntimeAPI", "SluiceServiceWire", "SluiceWire", "SluiceHTTPServer", "SluiceHTTP1",
                "SluiceGzip", "EventStreamCoding",
                nioCore, nioPosix, nioHTTP1, httpTypes, subprocess, systemPackage,
            ],
            swiftSettings: swiftSettings
        ),

        // For the tests of functions: both sides, and nothing of it in a function.
        .target(
            name: "SluiceTesting",
            dependencies: [
                "Sluice", "SluiceRuntimeAPI", "SluiceServiceWire", "SluiceWire", "SluiceHTTPServer", "SluiceHTTP1",
                nioCore, nioPosix, nioHTTP1, httpTypes,
            ],
            swiftSettings: swiftSettings
        ),

        // An HTTP application as a function.
        .target(
            name: "SluiceWebAdapter",
            dependencies: [
                "Sluice", "SluiceMetrics", "SluiceWire", "SluiceHTTP1", "SluiceGzip",
                nioCore, nioPosix, nioHTTP1, httpTypes, logging, coreMetrics, subprocess, systemPackage,
            ],
            swiftSettings: swiftSettings
        ),

        // Executables.
        .executableTarget(
            name: "SluiceAdapterCLI",
            dependencies: ["SluiceWebAdapter", "Sluice", logging],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "SluiceDemoFunction",
            dependencies: ["Sluice", nioCore, httpTypes],
            resources: [.embedInCode("alice.txt")],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "SluiceCLI",
            dependencies: [
                "SluiceEmulator", "SluiceServiceWire", "SluiceWire", "SluiceHTTP1", "EventStreamCoding",
                "SluiceDemoFunction",
                "CSluiceEnvironment",
                nioCore, nioPosix, nioHTTP1, nioTLS, nioSSL, httpTypes, argumentParser, unixSignals,
            ],
            swiftSettings: swiftSettings
        ),

        // Tests: pure, then over loopback sockets, then with independent clients.
        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        .target(
            name: "TestSupport",
            dependencies: ["CTestSupport", nioCore, nioPosix],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings
        ),
        // What must hold whatever the bytes are: tried by MachineTests, and by libFuzzer in Fuzzing/.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "EventStreamCoding", "SluiceWire", "SluiceServiceWire", "SluiceHTTPServer", "SluiceRuntimeAPI",
                nioCore, nioEmbedded, nioHTTP1, httpTypes,
            ],
            path: "Tests/FuzzTargets",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "MachineTests",
            dependencies: [
                "TestSupport", "FuzzTargets", "EventStreamCoding", "SluiceWire", "SluiceServiceWire", "SluiceHTTP1",
                "SluiceHTTPServer",
                "SluiceRuntimeAPI", "SluiceWebAdapter", "SluiceGzip", "Sluice",
                nioCore, nioEmbedded, nioHTTP1, httpTypes,
            ],
            swiftSettings: swiftSettings
        ),
        // A function for what only a process of its own shows; tests start it.
        .executableTarget(
            name: "FixtureFunction",
            dependencies: ["Sluice", "SluiceServiceLifecycle", serviceLifecycle, nioCore],
            path: "Tests/Fixtures/FixtureFunction",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "HummingbirdFunction",
            dependencies: ["SluiceHummingbird", hummingbird, serviceLifecycle, logging, nioCore],
            path: "Tests/Fixtures/HummingbirdFunction",
            exclude: ["Files"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "LoopbackTests",
            dependencies: [
                "TestSupport", "FixtureFunction", "Sluice", "SluiceServiceLifecycle", "SluiceMetrics", "SluiceTracing",
                serviceLifecycle, coreMetrics, tracing, inMemoryTracing,
                "SluiceTesting", "SluiceWire", "SluiceServiceWire",
                "SluiceHTTPServer",
                "SluiceRuntimeAPI", "SluiceEmulator",
                "SluiceCLI", "SluiceAdapterCLI", "SluiceWebAdapter",
                "SluiceHummingbird", "HummingbirdFunction", hummingbird, hummingbirdTesting,
                "EventStreamCoding",
                nioCore, nioPosix, nioHTTP1, httpTypes, logging, argumentParser,
            ],
            // Read from where they lie: a resource bundle would bring Foundation's loading of it.
            exclude: [
                "CLI/Snapshots", "Clients/Fixtures", "Emulator/Fixtures", "Runtime/Fixtures", "WebAdapter/Fixtures",
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "TestSupport", "EventStreamCoding", "SluiceWire", "SluiceServiceWire", "SluiceTesting", "SluiceCLI",
                "Sluice", "SluiceMetrics", coreMetrics,
                nioCore, httpTypes,
            ],
            // Programs of other languages, found by their path.
            exclude: ["Support/Fixtures"],
            swiftSettings: swiftSettings
        ),
    ]
)
