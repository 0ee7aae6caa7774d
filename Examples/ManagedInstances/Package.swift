// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ManagedInstances",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        // The function is a library, so that tests can import it.
        .target(
            name: "ManagedInstancesFunction",
            dependencies: [.product(name: "Sluice", package: "sluice")]
        ),
        .executableTarget(
            name: "ManagedInstances",
            dependencies: ["ManagedInstancesFunction", .product(name: "Sluice", package: "sluice")]
        ),
        .testTarget(
            name: "ManagedInstancesTests",
            dependencies: [
                "ManagedInstancesFunction", .product(name: "Sluice", package: "sluice"),
                .product(name: "SluiceTesting", package: "sluice"),
            ]
        ),
    ]
)
