// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Download",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        // The function is a library, so that tests can import it.
        .target(
            name: "DownloadFunction",
            dependencies: [.product(name: "Sluice", package: "sluice")]
        ),
        .executableTarget(
            name: "Download",
            dependencies: ["DownloadFunction", .product(name: "Sluice", package: "sluice")]
        ),
        .testTarget(
            name: "DownloadTests",
            dependencies: [
                "DownloadFunction", .product(name: "Sluice", package: "sluice"),
                .product(name: "SluiceTesting", package: "sluice"),
            ]
        ),
    ]
)
