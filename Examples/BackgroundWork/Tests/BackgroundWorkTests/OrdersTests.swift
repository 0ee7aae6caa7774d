// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import BackgroundWorkFunction
import Sluice
import SluiceTesting
import Synchronization
import Testing

@Suite struct OrdersTests {
    private let order = TestEvent.functionURL("/", method: .post, body: ByteBuffer(string: "tea"))

    /// Fails as often as it is told, then takes a second.
    private final class Post: Sendable {
        let attempts = Mutex<[String]>([])
        let failures: Int

        init(failures: Int) { self.failures = failures }

        func send(_ text: String, _ context: InvocationContext) async throws {
            let attempt = self.attempts.withLock { attempts in
                attempts.append(text)
                return attempts.count
            }
            if attempt <= self.failures { throw Busy() }
            try await context.clock.sleep(for: .seconds(1))
        }

        struct Busy: Error {}
    }

    @Test func theCallerDoesNotWaitForTheConfirmation() async throws {
        let post = Post(failures: 0)
        try await withTestedFunction(orders(send: post.send)) { function in
            let call = try await function.invoke(self.order)
            let response = try await call.response()
            #expect(response.head?.status == .accepted)
            #expect(response.end.at == .zero)

            try await call.finished()
            #expect(post.attempts.withLock { $0 } == ["Thank you for: tea"])
            try await function.shutDown()
        }
    }

    @Test func aConfirmationThatFailsIsTriedAgain() async throws {
        let post = Post(failures: 2)
        var settings = TestedFunction.Settings()
        settings.timeout = .seconds(30)
        try await withTestedFunction(orders(send: post.send), settings) { function in
            let call = try await function.invoke(self.order)
            #expect(try await call.end().isComplete)
            try await call.finished()
            #expect(post.attempts.withLock { $0.count } == 3)
        }
    }

    @Test func theWorkGivesUpBeforeTheTimeIsUp() async throws {
        let post = Post(failures: .max)
        try await withTestedFunction(orders(send: post.send)) { function in
            for attempts in [3, 6] {
                let call = try await function.invoke(self.order)
                #expect(try await call.end().isComplete)
                try await call.finished()
                #expect(post.attempts.withLock { $0.count } == attempts)
            }
        }
    }

    @Test func onlyAnOrderIsTaken() async throws {
        try await withTestedFunction(orders()) { function in
            let head = try await function.invoke(.functionURL("/")).head()
            #expect(head.status == .badRequest)
        }
    }
}
