// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules; CONTRIBUTING.md says why each is there.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Sluice", targets: ["Sluice"]),
        .library(name: "EventStreamCoding", targets: ["EventStreamCoding"]),
        .executable(name: "sluice", targets: ["SluiceCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        // Its default trait links FoundationEssentials: 5 MB in every function.
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
    ],
    targets: [
        // Leaves: values and state machines. No sockets, no clock, no async.
        .target(name: "EventStreamCoding", dependencies: [nioCore], swiftSettings: swiftSettings),
        .target(name: "SluiceWire", dependencies: [nioCore, httpTypes], swiftSettings: swiftSettings),
        .target(name: "SluiceHTTP1", dependencies: [nioCore, nioHTTP1, httpTypes], swiftSettings: swiftSettings),
        .target(name: "CSluiceShims"),

        // The runtime library, which functions import.
        .target(
            name: "Sluice",
            dependencies: [
                "SluiceWire", "SluiceHTTP1", "CSluiceShims",
                nioCore, nioPosix, nioHTTP1, httpTypes, logging,
            ],
            swiftSettings: swiftSettings
        ),

        // The service side.
        .target(
            name: "SluiceRuntimeAPI",
            dependencies: ["SluiceWire", "SluiceHTTP1", nioCore, nioPosix, nioHTTP1, httpTypes],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "SluiceEmulator",
            dependencies: [
                "SluiceRuntimeAPI", "SluiceWire", "SluiceHTTP1", "EventStreamCoding",
                nioCore, nioPosix, nioHTTP1, httpTypes, subprocess,
            ],
            swiftSettings: swiftSettings
        ),

        // Executables.
        .executableTarget(name: "SluiceDemoFunction", dependencies: ["Sluice"], swiftSettings: swiftSettings),
        .executableTarget(
            name: "SluiceCLI",
            dependencies: [
                "SluiceEmulator", "SluiceWire", "SluiceHTTP1", "EventStreamCoding", "SluiceDemoFunction",
                nioCore, nioPosix, nioHTTP1, httpTypes, argumentParser,
            ],
            swiftSettings: swiftSettings
        ),

        // Tests: pure, then over loopback sockets, then with independent clients.
        .target(
            name: "TestSupport",
            dependencies: [nioCore, nioPosix, subprocess],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "MachineTests",
            dependencies: [
                "TestSupport", "EventStreamCoding", "SluiceWire", "SluiceHTTP1",
                nioCore, nioEmbedded, nioHTTP1, httpTypes,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "LoopbackTests",
            dependencies: [
                "TestSupport", "Sluice", "SluiceWire", "SluiceRuntimeAPI", "SluiceEmulator", "SluiceCLI", "EventStreamCoding",
                nioCore, nioPosix, nioHTTP1, httpTypes, logging,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["TestSupport", "EventStreamCoding", "SluiceWire", "SluiceCLI", nioCore, httpTypes],
            swiftSettings: swiftSettings
        ),
    ]
)
