// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
package import SluiceHTTPServer
package import SluiceServiceWire
internal import SluiceWire

/// Hears what becomes of the restore of one environment.
package protocol RestoreSessionDelegate: AnyObject {
    /// The runtime is initialised: from here on it is as after a restore.
    func restoreBegan()
    /// The runtime could not go on, and says why. Its process has to go.
    func restoreFailed(_ failure: InvocationFailure)
}

/// What one environment is for AWS.
package struct RuntimeCredentials: Hashable, Sendable {
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String
    /// Who asks has to know it.
    package var authorization: String

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String, authorization: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.authorization = authorization
    }
}

/// The part of one Runtime API that an environment has when it starts from a snapshot.
package final class RestoreSession {
    private var machine = RestoreMachine()
    private let credentials: RuntimeCredentials?
    package weak var delegate: (any RestoreSessionDelegate)?

    /// - Parameter credentials: what an SDK finds there; `nil` where the function has credentials of another kind.
    package init(credentials: RuntimeCredentials?) { self.credentials = credentials }

    package func runtimeReady() -> RestoreMachine.OnRuntimeReady { self.machine.runtimeReady() }
    package func timePassed() -> RestoreMachine.OnFailure { self.machine.timePassed() }
    package func replaced() { self.machine.replaced() }

    package func route(
        _ route: RestoreRoute,
        _ request: ServerRequest,
        on exchange: ServerExchange
    ) -> any RequestReceiver {
        switch (request.method, route) {
        case (.get, .next): self.nextArrived(on: exchange)
        case (.post, .error): return self.errorPosted(request, on: exchange)
        case (.get, .credentials): self.credentialsAsked(request, on: exchange)
        case (_, .next), (_, .error), (_, .credentials): exchange.answer(.methodNotAllowed)
        }
        return DiscardingReceiver()
    }

    private func nextArrived(on exchange: ServerExchange) {
        let stateName = self.machine.name
        switch self.machine.restoreNextArrived() {
        case .restore:
            self.delegate?.restoreBegan()
            exchange.respond(status: .ok, fields: [.contentType: "application/json"])
        case .refuse:
            exchange.answer(.invalidStateTransition(from: stateName, to: "RuntimeRestoreReady"))
        }
    }

    private func errorPosted(_ request: ServerRequest, on exchange: ServerExchange) -> any RequestReceiver {
        let type = request.fields[RuntimeAPIHeader.errorType]
        let contentType = request.fields[.contentType]
        return GatheringReceiver(limitBytes: Limits.maximumErrorReportBytes) { outcome in
            switch outcome {
            case .whole(let body):
                self.errorReported(.reported(typeHeader: type, contentType: contentType, body: body), on: exchange)
            case .tooLarge:
                self.errorReported(.oversizedReport(typeHeader: type), on: exchange)
            case .connectionLost:
                break
            }
        }
    }

    private func errorReported(_ failure: InvocationFailure, on exchange: ServerExchange) {
        let stateName = self.machine.name
        switch self.machine.errorReported() {
        case .fail:
            exchange.answer(.accepted)
            self.delegate?.restoreFailed(.restoreFailed(failure))
        case .refuse:
            exchange.answer(.invalidStateTransition(from: stateName, to: "RuntimeRestoreError"))
        }
    }

    /// As the SDKs' provider for containers reads them. (AWS SDKs and Tools Reference Guide, "Container credential
    /// provider".)
    private func credentialsAsked(_ request: ServerRequest, on exchange: ServerExchange) {
        guard let credentials = self.credentials, request.fields[.authorization] == credentials.authorization else {
            return exchange.answer(.notFound)
        }
        let expiration = WallClock.epochMilliseconds() + Int64(Limits.credentialsMilliseconds)
        let body: JSONObject = [
            "AccessKeyId": .string(credentials.accessKeyID),
            "SecretAccessKey": .string(credentials.secretAccessKey),
            "Token": .string(credentials.sessionToken),
            "Expiration": .string(CivilTime.logTime(millisecondsSinceEpoch: expiration)),
        ]
        exchange.respond(status: .ok, fields: [.contentType: "application/json"], body: body.serialized())
    }
}
