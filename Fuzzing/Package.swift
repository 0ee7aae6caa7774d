// swift-tools-version: 6.2
import PackageDescription

// A package of its own, since all that it links has to be compiled with libFuzzer's instrumentation. What is tried, and
// what must hold, are the targets in ../Tests/FuzzTargets, which the tests of the repository run, too.
//
// Build it with `Fuzzing/run`: that sets SLUICE_FUZZING=1, without which the package above has no such product.

let package = Package(
    name: "sluice-fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Named, since a checkout may lie in a folder of any name.
        .package(name: "sluice", path: "..")
    ],
    targets: [
        .executableTarget(
            name: "fuzz",
            dependencies: [.product(name: "FuzzTargets", package: "sluice")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                // Its `main` is libFuzzer's.
                .unsafeFlags(["-parse-as-library"]),
            ]
        )
    ]
)
