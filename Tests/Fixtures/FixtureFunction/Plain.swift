// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// A function that prepares nothing: the main queue is looked after from its first request on, and by nothing else.
enum Plain {
    static func function() -> LambdaFunction {
        LambdaFunction { @MainActor event, context in
            let visits = Visits.shared.add()
            return .stream { @MainActor writer in
                try await writer.write("visit \(visits), ")
                let here = await MainActor.run { Visits.shared.add() }
                try await writer.write("\(here)")
            }
        }
    }
}

/// What the variables of its environment say of the function, in the order of `FunctionEnvironment`.
func facts(of context: InvocationContext) -> LambdaResult {
    let memory = context.memoryMegabytes.map { "\($0)" }
    let facts = [
        context.functionName, context.functionVersion, memory, context.logGroupName, context.logStreamName,
    ]
    return .text(facts.map { $0 ?? "none" }.joined(separator: " "))
}
