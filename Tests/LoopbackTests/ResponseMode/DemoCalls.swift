// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import NIOCore
import SluiceEmulator
import SluiceWire
import TestSupport

@testable import SluiceCLI

/// The example function, which is an HTTPFunction, as a function of the local Lambda.
enum DemoFunction {
    /// - Parameters:
    ///   - url: the invoke mode of its Function URL.
    ///   - function: the value of `SLUICE_INVOKE_MODE`.
    static func configuration(
        url: FunctionConfiguration.InvokeMode = .responseStream,
        function mode: String? = nil
    ) throws -> FunctionConfiguration {
        let program = try BuiltProducts.url(of: "SluiceDemoFunction").path
        var function = FunctionConfiguration(name: "demo", command: [program], workingDirectory: "/tmp")
        function.timeout = .seconds(60)
        function.invokeMode = url
        function.variables["SLUICE_INVOKE_MODE"] = mode
        return function
    }
}

extension LocalLambda {
    /// Requests the Function URL of the only function.
    func get(_ target: String) async throws -> Reply {
        let url = self.addresses.functionURL(port: self.addresses.functionURLs[0].port)
        let base = url.last == "/" ? String(url.dropLast()) : url
        var reply = Reply()
        try await StreamClient().run(StreamRequest(url: try HTTPAddress(base + target), method: .get)) { event in
            reply.record(event)
        }
        return reply
    }

    /// Invokes the function with an event that a service would have made, and waits for the whole answer.
    func invokeDemo(event: String) async throws -> RawReply {
        try await self.call(.invoke, path: CallKind.invoke.path(of: "demo"), body: Array(event.utf8))
    }
}
