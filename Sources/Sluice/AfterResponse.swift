// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a function still does when its response is over.
package struct AfterResponse: Sendable {
    package typealias Work = @Sendable (InvocationContext) async throws -> Void

    /// In the order in which they were added.
    private let work: [Work]

    private init(all work: [Work]) { self.work = work }

    init(_ work: @escaping Work, after earlier: Self?) {
        self.work = (earlier?.work ?? []) + [work]
    }

    func wrapped(in scope: @escaping WorkScope) -> Self {
        Self(all: self.work.map { work in { context in try await scope { try await work(context) } } })
    }

    /// All of it runs, whatever one part throws.
    func run(_ context: InvocationContext) async {
        for work in self.work {
            do {
                try await work(context)
            } catch {
                context.logger.error("work after the response failed", metadata: ["error": "\(error)"])
            }
        }
    }
}
