// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import NIOCore
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
        let json = try path.map { ByteBuffer(string: try HostProcess.readTextFile($0)) } ?? ByteBuffer(string: object)
        return try self.orExplain(path.map { "\($0): " } ?? "") { () throws(CORSConfigurationError) in
            try CORSConfiguration(json: json)
        }
    }

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
