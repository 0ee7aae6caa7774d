// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Sluice

/// What only the end of a process ends.
enum Misdeeds {
    /// `nil` for what is none.
    static func answer(to event: String) async -> LambdaResult? {
        switch event {
        case "never looks":
            await self.neverLook()
            return nil
        case "begins, and never looks":
            return .stream { writer in
                try await writer.write("begun")
                await self.neverLook()
            }
        case "blocks its thread":
            self.blockTheThread()
            return nil
        case "begins, and blocks its thread":
            return .stream { writer in
                try await writer.write("begun")
                self.blockTheThread()
            }
        case "status 1000":
            return .http(HTTPResult(status: HTTPResponse.Status(code: Int(event.suffix(4)) ?? 0)))
        default:
            return nil
        }
    }

    private static func neverLook() async {
        while !Task.isCancelled || ContinuousClock.now < self.end { await Task.yield() }
    }

    private static func blockTheThread() {
        while ContinuousClock.now < self.end {}
    }

    /// Later than any time-out.
    private static let end = ContinuousClock.now + .seconds(600)
}
