// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser

extension ParsableCommand {
    /// Runs the body, and says of a wrong argument that shows only there what the parser says of others.
    ///
    /// Most are found by `validate()`. What has to be read is not read there, since it can be read once only, as
    /// standard input and `<(…)` are; and of an error behind the parser ArgumentParser prints the usage of the root.
    static func explainingArguments<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as ValidationError {
            let name = "\(SluiceCommand._commandName) \(Self._commandName)"
            StandardStreams.writeLine("Error: \(error.message)", to: .error)
            StandardStreams.writeLine("Usage: \(Self.configuration.usage ?? "\(name) [<options>]")", to: .error)
            StandardStreams.writeLine("  See '\(name) --help' for more information.", to: .error)
            throw ExitCode.validationFailure
        }
    }
}
