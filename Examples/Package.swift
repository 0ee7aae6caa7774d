// swift-tools-version: 6.2
import PackageDescription

// All examples in one package, so that they are built and tested in one go, with one build of what they depend on:
// `swift test`, in this folder. Each folder is a package of its own besides, to be copied; a test of the repository sees
// to it that both say the same. A server in Swift that the adapter runs is among them; the others need no build.

let sluice: Target.Dependency = .product(name: "Sluice", package: "sluice")
let testing: Target.Dependency = .product(name: "SluiceTesting", package: "sluice")
let settings: [SwiftSetting] =
    Context.environment["SLUICE_WARNINGS_AS_ERRORS"] == "1" ? [.treatAllWarnings(as: .error)] : []

/// The three targets of an example: the function, the program that runs it, and its tests.
func example(_ name: String, resources: [Resource] = []) -> [Target] {
    [
        .target(
            name: "\(name)Function",
            dependencies: [sluice],
            path: "\(name)/Sources/\(name)Function",
            resources: resources,
            swiftSettings: settings
        ),
        .executableTarget(
            name: name,
            dependencies: [.target(name: "\(name)Function"), sluice],
            path: "\(name)/Sources/\(name)",
            swiftSettings: settings
        ),
        .testTarget(
            name: "\(name)Tests",
            dependencies: [.target(name: "\(name)Function"), sluice, testing],
            path: "\(name)/Tests/\(name)Tests",
            swiftSettings: settings
        ),
    ]
}

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "sluice", path: "..", traits: ["Codable"]),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
    ],
    targets: example("Hello")
        + example("TokenStream", resources: [.embedInCode("page.html")])
        + example("Download")
        + example("CodableTea")
        + example("BackgroundWork")
        + example("ManagedInstances")
        + [
            .executableTarget(
                name: "HummingbirdApp",
                dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
                path: "WebAdapter/Hummingbird/Sources/HummingbirdApp",
                swiftSettings: settings
            )
        ]
)
