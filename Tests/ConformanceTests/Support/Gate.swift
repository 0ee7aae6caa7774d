// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import TestSupport

/// Where the streams of the function come and wait.
struct GateKeeper: Sendable {
    let server: ScriptedServer

    /// The next stream that has come.
    func accept() async throws -> Gate {
        Gate(connection: try await self.server.accept())
    }
}

/// What a test holds of one stream: the function writes nothing that it was not told through here. So a chunk that is
/// seen before the next one is asked for has come live, however slow the machine is.
struct Gate: Sendable {
    let connection: RawConnection

    enum Command: Encodable, Sendable {
        case chunk(String)
        case end
        case fail(type: String, message: String)
        /// The connection to the Runtime API is closed in the middle of the body.
        case drop
        case exit(code: Int)
        /// By SIGKILL.
        case kill
        /// Nothing more ever comes.
        case hang

        private enum Key: String, CodingKey { case chunk, end, type, message, code }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            switch self {
            case .chunk(let text): try container.encode(text, forKey: .chunk)
            case .end: try container.encode("good", forKey: .end)
            case .drop: try container.encode("drop", forKey: .end)
            case .kill: try container.encode("kill", forKey: .end)
            case .hang: try container.encode("hang", forKey: .end)
            case .exit(let code):
                try container.encode("exit", forKey: .end)
                try container.encode(code, forKey: .code)
            case .fail(let type, let message):
                try container.encode("fail", forKey: .end)
                try container.encode(type, forKey: .type)
                try container.encode(message, forKey: .message)
            }
        }
    }

    func send(_ command: Command) async throws {
        try await self.connection.send(try json(command) + "\n")
    }

    func chunk(_ text: String) async throws {
        try await self.send(.chunk(text))
    }
}
