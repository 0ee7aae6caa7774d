// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceWire

/// What came of the function's own work: of the handler, and of the body as far as it could run behind it in the same
/// task.
enum FunctionAnswer: Sendable {
    /// A streamed response, to its end.
    case sent(AfterResponse?)
    case whole(ResponseMessage.Buffered, AfterResponse?)
    /// Nothing of it was sent, since there was no connection.
    case stream(ResponseMessage.Streamed, AfterResponse?)
    case failure(any Error)

    init(
        _ handler: LambdaFunction.Handler,
        _ event: ByteBuffer,
        _ context: InvocationContext,
        on exchange: NIOLoopBound<ResponseExchange>
    ) async {
        do {
            let result = try await handler(event, context)
            switch try Message(result) {
            case .buffered(let message):
                self = .whole(message, result.afterwards)
            case .gathered(let answer):
                let message = try await answer.message(gatheringIn: exchange.value.gatheringSink(for: answer))
                // What a cancelled body wrote until it returned must not be taken for the whole.
                guard !exchange.value.deadline.hasPassed else { throw CancellationError() }
                self = .whole(message, result.afterwards)
            case .streamed(let stream):
                if exchange.value.begin(stream) {
                    await exchange.value.run(stream.body)
                    self = .sent(result.afterwards)
                } else {
                    self = .stream(stream, result.afterwards)
                }
            }
        } catch {
            self = .failure(error)
        }
    }

    private enum Message {
        case buffered(ResponseMessage.Buffered)
        case streamed(ResponseMessage.Streamed)
        case gathered(BufferedAnswer)

        init(_ result: LambdaResult) throws(UnusableResult) {
            switch result.kind {
            case .bytes(let bytes, let type):
                self = .buffered(ResponseMessage.Buffered(contentType: try Self.checked(type), body: bytes))
            case .stream(let type, let body):
                let type = try Self.checked(type)
                self = .streamed(ResponseMessage.Streamed(contentType: type, prelude: [], body: body))
            case .http(let result):
                self = .streamed(try result.message())
            case .buffered(let result, let form):
                self = .gathered(BufferedAnswer(result: result, form: form))
            }
        }

        private static func checked(_ contentType: String) throws(UnusableResult) -> String {
            guard !contentType.isEmpty, HTTPField.isValidValue(contentType) else {
                throw UnusableResult(
                    type: "Function.InvalidContentType",
                    message: "the content type has characters that HTTP does not allow in a header, or none"
                )
            }
            return contentType
        }
    }
}
