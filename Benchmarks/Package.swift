// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses or builds Sluice builds this too. What measures and the floor know
// nothing of Sluice; what is measured uses it as anybody's function would, through its products.

let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    // Set by `.ci/run`, as for the package that is measured.
    + (Context.environment["SLUICE_WARNINGS_AS_ERRORS"] == "1" ? [.treatAllWarnings(as: .error)] : [])

let package = Package(
    name: "sluice-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Named, since a checkout may lie in a folder of any name.
        .package(name: "sluice", path: ".."),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
    ],
    targets: [
        // Without any dependency, so that they are built in seconds.
        .target(name: "Contract", swiftSettings: swiftSettings),
        .target(name: "PlainSockets", swiftSettings: swiftSettings),
        .executableTarget(
            name: "floor-function",
            dependencies: ["Contract", "PlainSockets"],
            path: "Sources/FloorFunction",
            swiftSettings: swiftSettings
        ),
        .target(name: "CAffinity"),
        .executableTarget(
            name: "bench",
            dependencies: ["CAffinity", "Contract", "PlainSockets"],
            path: "Sources/Bench",
            swiftSettings: swiftSettings
        ),

        // What is measured.
        .executableTarget(
            name: "bench-function",
            dependencies: [
                "Contract",
                .product(name: "Sluice", package: "sluice"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Sources/BenchFunction",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "measured-codec",
            dependencies: [
                "PlainSockets",
                .product(name: "EventStreamCoding", package: "sluice"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Sources/MeasuredCodec",
            swiftSettings: swiftSettings
        ),
    ]
)
