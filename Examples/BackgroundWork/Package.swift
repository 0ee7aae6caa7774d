// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "BackgroundWork",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        // The function is a library, so that tests can import it.
        .target(
            name: "BackgroundWorkFunction",
            dependencies: [.product(name: "Sluice", package: "sluice")]
        ),
        .executableTarget(
            name: "BackgroundWork",
            dependencies: ["BackgroundWorkFunction", .product(name: "Sluice", package: "sluice")]
        ),
        .testTarget(
            name: "BackgroundWorkTests",
            dependencies: [
                "BackgroundWorkFunction", .product(name: "Sluice", package: "sluice"),
                .product(name: "SluiceTesting", package: "sluice"),
            ]
        ),
    ]
)
