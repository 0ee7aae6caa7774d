// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Sluice

/// Looks until the application is ready, as its machine says.
struct ReadinessProbe: Sendable {
    let configuration: AdapterConfiguration
    let state: ApplicationState
    let logger: Logger

    /// Returns when invocations can be asked for.
    ///
    /// - Returns: Whether the application is ready; otherwise the first invocation has to wait for it.
    func wait(on loop: any EventLoop) async throws -> Bool {
        var machine = ReadinessMachine(self.configuration, nowMilliseconds: Self.now())
        let address = self.configuration.readiness.address
        // Who listened before the application could is somebody else.
        var others: Set<String>?
        var hasHinted = false
        while true {
            let look = try await self.look(on: loop)
            switch machine.looked(look, nowMilliseconds: Self.now()) {
            case .serve:
                return true
            case .lookAgain:
                if others == nil { others = Set(Listeners.others()) }
            case .hintAndLookAgain:
                let listeners = hasHinted ? [] : Listeners.others().filter { others?.contains($0) != true }
                guard !listeners.isEmpty else { break }
                hasHinted = true
                self.logger.warning(
                    """
                    nobody listens at \(address) yet, but something does on \(listeners.joined(separator: ", ")): if that is \
                    the application, \(ReadinessError.remedy(at: address))
                    """
                )
            case .warnAndLookAgain(let look):
                self.logger.warning(
                    """
                    the application is not ready after \(AdapterLimits.initMilliseconds) ms, and Lambda ends a start after \
                    10 s: \(look). \(ReadinessError.advice(look, at: address, Listeners.others()))
                    """
                )
            case .serveUnready(let look):
                self.logger.notice("the application is not ready yet: \(look). The first request waits for it.")
                return false
            case .fail(let look):
                throw ReadinessError.timedOut(
                    seconds: self.configuration.readiness.timeoutSeconds,
                    address: address,
                    look: look,
                    listeners: Listeners.others(),
                    lastLines: self.state.lastLines
                )
            case .nothing:
                return false
            }
            try await Timer.sleep(milliseconds: AdapterLimits.readinessIntervalMilliseconds, on: loop)
        }
    }

    /// For the first request of a start that did not wait: as long as a start may take, or the request's time lasts.
    ///
    /// - Throws: what is wrong with the application, also when the request is cancelled for its deadline.
    func waitUntilReady(on loop: any EventLoop) async throws {
        let began = Self.now()
        var last = ReadinessMachine.Look.noAnswer("it was not looked at")
        while true {
            do {
                last = try await self.look(on: loop)
                guard last != .ready else { return }
                if Self.now() - began < self.configuration.readiness.timeoutSeconds * 1_000 {
                    try await Timer.sleep(milliseconds: AdapterLimits.readinessIntervalMilliseconds, on: loop)
                    continue
                }
            } catch is CancellationError {
                // Its reason is the deadline, which the caller is told with this.
            }
            throw ReadinessError.timedOut(
                seconds: (Self.now() - began) / 1_000,
                address: self.configuration.readiness.address,
                look: last,
                listeners: Listeners.others(),
                lastLines: self.state.lastLines
            )
        }
    }

    private static func now() -> Int { Int(NIODeadline.now().uptimeNanoseconds / 1_000_000) }

    private func look(on loop: any EventLoop) async throws -> ReadinessMachine.Look {
        let connection: UpstreamConnection
        do {
            connection = try await UpstreamConnection.connect(to: self.configuration.readiness.address, on: loop)
        } catch UpstreamError.unreachable(_, let reason) {
            return .refused(reason)
        }
        defer { connection.close() }
        guard case .http(let path, let healthy) = self.configuration.readiness.check else { return .ready }
        let request = UpstreamRequest(
            method: .GET,
            target: path,
            headers: [
                "host": UpstreamRequestMaker.host(of: self.configuration.readiness.address), "connection": "close",
            ],
            body: ByteBuffer()
        )
        let limit = Timer.schedule(milliseconds: AdapterLimits.readinessProbeMilliseconds, on: loop) {
            connection.close()
        }
        defer { limit.cancel() }
        do {
            let status = Int(try await connection.send(request).status.code)
            return healthy.contains(status) ? .ready : .unhealthy(status: status)
        } catch let error as UpstreamError {
            return .noAnswer("\(error)")
        }
    }
}

/// Waits that are timers of the loop.
enum Timer {
    static func sleep(milliseconds: Int, on loop: any EventLoop) async throws {
        let over = OneShot<Void>(loop: loop)
        let task = self.schedule(milliseconds: milliseconds, on: loop) { over.settle(()) }
        defer { task.cancel() }
        guard await over.wait() != nil else { throw CancellationError() }
    }

    static func schedule(milliseconds: Int, on loop: any EventLoop, _ work: @escaping () -> Void) -> Scheduled<Void> {
        loop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds)), work)
    }
}
