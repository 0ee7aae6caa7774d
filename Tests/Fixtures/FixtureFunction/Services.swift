// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import ServiceLifecycle
internal import Sluice
internal import SluiceServiceLifecycle

/// A function among services, each of which says what becomes of it.
enum Services {
    static func function(_ fault: String) -> LambdaFunction {
        LambdaFunction(
            setUp: { _ in print("function: set up") },
            { _, event, _ in .bytes(event) }
        )
        .with(services: [
            .init(service: Speaker(name: "first", fault: nil), serviceName: "first"),
            .init(service: Speaker(name: "second", fault: fault), serviceName: "second"),
        ])
    }

    private struct Speaker: Service {
        let name: String
        let fault: String?

        func run() async throws {
            print("\(self.name): begun")
            if self.fault == "throws" { throw OutOfOrder() }
            if self.fault == "returns" { return }
            try await gracefulShutdown()
            print("\(self.name): ended")
        }
    }

    private struct OutOfOrder: Error, CustomStringConvertible {
        let description = "the pump is out of order"
    }
}
