// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import SluiceEmulator

/// What the Runtime API answered to a scripted function, which printed it.
struct RuntimeAnswer: Decodable, Sendable, Equatable, CustomStringConvertible {
    let status: Int
    let contentType: String?
    let body: String

    /// The JSON of the body, which ends with a line feed as Go's encoder writes it.
    var object: [String: String]? {
        guard self.body.hasSuffix("\n") else { return nil }
        return try? JSONSerialization.jsonObject(with: Data(self.body.utf8)) as? [String: String]
    }

    func isRefusal(_ status: Int, _ type: String, _ message: String) -> Bool {
        self.status == status && self.contentType == "application/json"
            && self.object == ["errorType": type, "errorMessage": message]
    }

    var isInvalidStateTransition: Bool {
        let message = self.object?["errorMessage"] ?? ""
        return self.isRefusal(403, "InvalidStateTransition", message)
            && message.hasPrefix("State transition from Runtime")
            && message.hasSuffix(" failed for runtime. Error: State transition is not allowed")
    }

    var isAccepted: Bool {
        self.status == 202 && self.contentType == "application/json" && self.object == ["status": "OK"]
    }

    var description: String { "\(self.status) \(self.contentType ?? "no type"): \(self.body)" }
}

extension LocalLambda.Log {
    /// The lines that functions have printed, without what stands before the mark.
    func printed(_ mark: String, atLeast count: Int) async throws -> [String] {
        let rest: @Sendable (LogEvent.Kind) -> String? = { kind in
            guard case .output(_, let line) = kind, line.hasPrefix(mark + " ") else { return nil }
            return String(line.dropFirst(mark.count + 1))
        }
        try await self.wait(for: count, mark) { rest($0) != nil }
        return self.all.compactMap { rest($0.kind) }
    }

    /// The answers of the Runtime API that functions have told, once there are so many.
    func answers(_ count: Int) async throws -> [RuntimeAnswer] {
        try await self.printed("answer", atLeast: count).map {
            try JSONDecoder().decode(RuntimeAnswer.self, from: Data($0.utf8))
        }
    }
}
