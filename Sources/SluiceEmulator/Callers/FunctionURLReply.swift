// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// The answer of a Function URL, with the fields that all of them have.
struct FunctionURLReply {
    let exchange: LoggedExchange
    let requestID: String
    let traceID: String
    /// Says a word to whoever runs the service.
    let note: (String) -> Void

    func fields(of head: FunctionURLResponseHead) -> HTTPFields {
        let date = CivilTime(millisecondsSinceEpoch: WallClock.epochMilliseconds()).httpDate
        return head.addingServiceFields(requestID: self.requestID, traceID: self.traceID, date: date).fields
    }

    func respond(_ result: BufferedResult) {
        self.exchange.respond(
            status: HTTPResponse.Status(code: result.head.statusCode),
            fields: self.fields(of: result.head),
            body: result.body
        )
    }

    /// The function failed before it had a status, or gave none that can be used.
    func respondWithServerError(type: String? = nil) {
        var result = BufferedResult.internalServerError
        result.head.fields[InvokeResponseHeader.errorType] = type
        self.respond(result)
    }
}
