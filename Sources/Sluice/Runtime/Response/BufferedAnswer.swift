// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceWire

/// An HTTP result that is sent whole, in the shape that the source of its event takes.
struct BufferedAnswer {
    let result: HTTPResult
    let form: ResultForm

    /// Runs the body to its end. The head is checked first, so that a body does not run for an answer that cannot be sent.
    func message(gatheringIn sink: GatheringSink) async throws -> ResponseMessage.Buffered {
        let head: ResultHead
        do {
            let status = self.result.status
            head = try ResultHead(
                Prelude(statusCode: status.code, headers: self.result.headers, cookies: self.result.cookies),
                reasonPhrase: status.reasonPhrase,
                as: self.form
            )
        } catch {
            throw UnusableResult(error)
        }
        let json = head.json(body: try await self.body(gatheringIn: sink))
        guard json.readableBytes <= self.form.maximumBytes else { throw UnusableResult.tooLong(self.form) }
        return ResponseMessage.Buffered(contentType: "application/json", body: json)
    }

    private func body(gatheringIn sink: GatheringSink) async throws -> ByteBuffer {
        switch self.result.body.kind {
        case .empty:
            return ByteBuffer()
        case .bytes(let bytes):
            return bytes
        case .stream(_, let write):
            do {
                try await write(BodyWriter(sink))
            } catch {
                // A body that is too long was told so by its writer, and fails for that.
                guard sink.end() != nil else { throw UnusableResult.tooLong(self.form) }
                throw error
            }
            guard let body = sink.end() else { throw UnusableResult.tooLong(self.form) }
            return body
        }
    }
}

extension ResponseExchange {
    func gatheringSink(for answer: BufferedAnswer) -> GatheringSink {
        GatheringSink(self.time, loopTurn: self.client.loopTurn, limitBytes: answer.form.maximumBytes)
    }
}

extension UnusableResult {
    /// The type is Lambda's own for this.
    static func tooLong(_ form: ResultForm) -> Self {
        let way =
            switch form {
            case .payload1, .payload2: "A Function URL or a REST API takes more as a stream: see ResponseMode."
            case .loadBalancer, .lattice: "This source of events takes no streams; answer with less."
            }
        return Self(
            type: "Function.ResponseSizeTooLarge",
            message: "The response is buffered and has more than \(form.maximumBytes) bytes as JSON. \(way)"
        )
    }
}
