// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
internal import SluiceServiceWire
internal import SluiceWire

/// What the `--cors` of a command say together: origins, or one object as Lambda's API takes it.
enum CORSArguments {
    /// - Returns: `nil` without any, which leaves CORS to the functions.
    static func configuration(_ arguments: [String]) throws -> CORSConfiguration? {
        guard !arguments.isEmpty else { return nil }
        guard let object = arguments.first(where: { $0.hasPrefix("{") || $0.hasPrefix("@") }) else {
            let configuration = CORSConfiguration(allowingEverythingFrom: arguments)
            return try self.orExplain("") { () throws(CORSConfigurationError) in
                try configuration.validate()
                return configuration
            }
        }
        guard arguments.count == 1 else {
            throw ValidationError("--cors takes origins, or one object that has them in its AllowOrigins, not both.")
        }
        let path = object.hasPrefix("@") ? String(object.dropFirst()) : nil
        let json =
            try path.map { ByteBuffer(string: try HostProcess.readTextFile($0, for: "--cors \(object)")) }
            ?? ByteBuffer(string: object)
        let place = path.map { "\($0): " } ?? ""
        let configuration = try self.orExplain(place) { () throws(CORSConfigurationError) in
            try CORSConfiguration(json: json)
        }
        // Lambda takes it. It would keep every page out, and take the function's own headers away besides.
        guard !configuration.allowOrigins.isEmpty else {
            throw ValidationError(
                "--cors: \(place)AllowOrigins is missing or empty, so no page could call; name origins, or \"*\" for all."
            )
        }
        return configuration
    }

    /// Whether a file has to be read for them.
    static func areInFile(_ arguments: [String]) -> Bool { arguments.contains { $0.hasPrefix("@") } }

    private static func orExplain(
        _ place: String,
        _ read: () throws(CORSConfigurationError) -> CORSConfiguration
    ) throws -> CORSConfiguration {
        do throws(CORSConfigurationError) {
            return try read()
        } catch {
            throw ValidationError("--cors: \(place)\(error).")
        }
    }
}
