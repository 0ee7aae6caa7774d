// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import SluiceEmulator

/// `NAME=COMMAND`, with the command split into its words.
struct FunctionArgument: Hashable, Sendable {
    let name: String
    let command: [String]

    init(parsing argument: String) throws {
        guard let mark = argument.firstIndex(of: "=") else {
            throw ValidationError("\"\(argument)\" names no command; write NAME=COMMAND.")
        }
        let name = String(argument[..<mark])
        guard FunctionConfiguration.isValidName(name) else {
            throw ValidationError(
                "\"\(name)\" is no function name; 1 to 64 letters, digits, hyphens and underscores are allowed."
            )
        }
        self.command = try CommandWords.split(
            argument[argument.index(after: mark)...],
            called: "The command of \(name)"
        )
        guard !self.command.isEmpty else {
            throw ValidationError("The command of \(name) is empty; write NAME=COMMAND.")
        }
        self.name = name
    }
}

extension CommandWords {
    /// - Parameters:
    ///   - subject: what the command is called in an error, at the beginning of its sentence.
    ///   - option: what stands before the command, if nothing else does.
    static func split(
        _ text: some StringProtocol,
        called subject: String,
        option: String? = nil
    ) throws -> [String] {
        do {
            let words = try Self.split(text)
            guard let operation = Self.shellOperation(in: text) else { return words }
            // A command that has no quotes itself can be shown whole.
            let quoted = option.flatMap { text.contains { $0 == "'" || $0 == "\"" } ? nil : "\($0)\"sh -c '\(text)'\"" }
            throw ValidationError(
                "\(subject) has \"\(operation)\", which only a shell understands; let one run it: \(quoted ?? "sh -c '...'")"
            )
        } catch let error as Problem {
            switch error {
            case .unclosedQuote(let quote): throw ValidationError("\(subject) has a \(quote) without its partner.")
            case .danglingBackslash: throw ValidationError("\(subject) ends with a backslash.")
            }
        }
    }
}
