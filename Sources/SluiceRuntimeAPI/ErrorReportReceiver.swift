// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import SluiceHTTPServer
internal import SluiceServiceWire
internal import SluiceWire

/// Receives the body of a POST to `/error` or `/init/error`, within its bound, and hands on what it reports.
func gatherErrorReport(
    of request: ServerRequest,
    on exchange: ServerExchange,
    then: @escaping (InvocationFailure) -> Void
) -> any RequestReceiver {
    let type = request.fields[RuntimeAPIHeader.errorType]
    let contentType = request.fields[.contentType]
    return GatheringReceiver(limitBytes: Limits.maximumErrorReportBytes) { outcome in
        switch outcome {
        case .whole(let body): then(.reported(typeHeader: type, contentType: contentType, body: body))
        case .tooLarge:
            exchange.answer(.tooLarge(limitBytes: Limits.maximumErrorReportBytes))
            then(.oversizedReport(typeHeader: type))
        case .connectionLost:
            // As Lambda's own server does, which goes on with what it could read: nothing.
            exchange.answer(.truncatedRequest)
            then(.unreadReport(typeHeader: type))
        }
    }
}
