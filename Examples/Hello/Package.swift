// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Hello",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        // The function is a library, so that tests can import it.
        .target(
            name: "HelloFunction",
            dependencies: [.product(name: "Sluice", package: "sluice")]
        ),
        .executableTarget(
            name: "Hello",
            dependencies: ["HelloFunction", .product(name: "Sluice", package: "sluice")]
        ),
        .testTarget(
            name: "HelloTests",
            dependencies: [
                "HelloFunction", .product(name: "Sluice", package: "sluice"),
                .product(name: "SluiceTesting", package: "sluice"),
            ]
        ),
    ]
)
