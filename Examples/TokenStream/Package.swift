// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "TokenStream",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        // The function is a library, so that tests can import it.
        .target(
            name: "TokenStreamFunction",
            dependencies: [.product(name: "Sluice", package: "sluice")],
            resources: [.embedInCode("page.html")]
        ),
        .executableTarget(
            name: "TokenStream",
            dependencies: ["TokenStreamFunction", .product(name: "Sluice", package: "sluice")]
        ),
        .testTarget(
            name: "TokenStreamTests",
            dependencies: [
                "TokenStreamFunction", .product(name: "Sluice", package: "sluice"),
                .product(name: "SluiceTesting", package: "sluice"),
            ]
        ),
    ]
)
