// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import HTTPTypes
import SluiceEmulator
import TestSupport
import Testing

/// Connections that end while nobody looks: the application is the test, and no request may be sent twice.
extension AdapterChecklistTests {
    @Test(
        "13: a connection that ended while its environment was frozen is never used again",
        arguments: ["TCP", "a Unix socket"]
    )
    func staleConnections(over transport: String) async throws {
        let path = transport == "TCP" ? nil : "/tmp/sluice-\(UInt64.random(in: 0 ... .max)).sock"
        defer { if let path { unlink(path) } }
        try await withScriptedServer(unixSocket: path) { application in
            let address = path.map { ["SLUICE_ADAPTER_SOCKET": $0] } ?? ["AWS_LWA_PORT": "\(application.port)"]
            // What the adapter starts says only who the adapter is.
            let command = ["sh", "-c", "echo child $PPID; exec sleep 1000"]
            try await AdaptedApplication.run(command: command, variables: address) { app async throws in
                async let first = app.get("/0", method: .post, body: "body 0")
                // It looks whether somebody is there, and before that whether the socket's file is one that was left over.
                let looks = path == nil ? 1 : 2
                for _ in 0..<looks { _ = try await application.accept() }
                var kept = try await self.served(0, on: application)
                #expect(try await first.body == "answer 0")
                let adapter = try await app.lambda.log.children()[0]
                for number in 1...5 {
                    #expect(await Processes.eventually { Processes.isStopped(adapter) })
                    await kept.close()
                    async let next = app.get("/\(number)", method: .post, body: "body \(number)")
                    let fresh = try await self.served(number, on: application)
                    let reply = try await next
                    #expect(reply.status == 200 && reply.body == "answer \(number)")
                    #expect(kept.unread.isEmpty)
                    kept = fresh
                }
                // One for each request, which was seen once.
                #expect(application.connectionCount == looks + 6)
                #expect(app.lambda.log.startedEnvironments == 1)
            }
        }
    }

    /// One request on a connection of its own, which stays open behind its answer.
    private func served(_ number: Int, on application: TestSupport.ScriptedServer) async throws -> RawConnection {
        let connection = try await application.accept()
        let request = try await connection.readWhole()
        #expect(request.head.hasPrefix("POST /\(number) HTTP/1.1\r\n") && request.body == "body \(number)")
        try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nanswer \(number)")
        return connection
    }

    /// What is kept in a snapshot has no connection to anybody.
    @Test("13: behind a restore each request has a connection of its own")
    func restoredConnections() async throws {
        try await AdaptedApplication.run(configure: { $0.startsFromSnapshot = true }) { app async throws in
            let numbers = [try await app.seen("/echo").connection, try await app.seen("/echo").connection]
            #expect(Set(numbers).count == 2)
        }
    }
}
