// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "CodableTea",
    platforms: [.macOS(.v15)],
    // The trait links FoundationEssentials: 8 MB.
    dependencies: [.package(name: "sluice", path: "../..", traits: ["Codable"])],
    targets: [
        // The function is a library, so that tests can import it.
        .target(
            name: "CodableTeaFunction",
            dependencies: [.product(name: "Sluice", package: "sluice")]
        ),
        .executableTarget(
            name: "CodableTea",
            dependencies: ["CodableTeaFunction", .product(name: "Sluice", package: "sluice")]
        ),
        .testTarget(
            name: "CodableTeaTests",
            dependencies: [
                "CodableTeaFunction", .product(name: "Sluice", package: "sluice"),
                .product(name: "SluiceTesting", package: "sluice"),
            ]
        ),
    ]
)
