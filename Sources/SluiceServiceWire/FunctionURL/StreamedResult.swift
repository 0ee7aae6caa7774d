// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
package import SluiceWire

/// What a Function URL in the mode `RESPONSE_STREAM` sends as head of a streamed response.
package enum StreamedResult {
    /// Whether the response begins with a prelude. Only the content type decides, never the bytes; its parameters do
    /// not matter. (Lambda Developer Guide, "Response streaming" tutorial.)
    package static func hasPrelude(contentType: String?) -> Bool {
        contentType.map { MediaType($0).essence } == RuntimeAPIHeader.httpIntegrationContentType
    }

    /// The head of a response that has a prelude. AWS does not say which content type it gets when it names none.
    package static func head(_ prelude: Prelude) -> FunctionURLResponseHead {
        FunctionURLResponseHead(prelude, defaultContentType: RuntimeAPIHeader.defaultContentType, isStreamed: true)
    }

    /// The head of a response without a prelude: 200, and the type that the runtime sent with it.
    package static func head(contentType: String?) -> FunctionURLResponseHead {
        var prelude = Prelude()
        if let contentType, !contentType.isEmpty { prelude.headers[.contentType] = contentType }
        return Self.head(prelude)
    }
}
