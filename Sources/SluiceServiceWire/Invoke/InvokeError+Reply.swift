// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import HTTPTypes
package import NIOCore
internal import SluiceWire

extension InvokeError {
    /// The exception's name, status and the spelling of its message member, from the API's model (SDKs look for the
    /// member under exactly that name).
    private var shape: (type: String, status: Int, messageMember: String) {
        switch self {
        case .invalidParameterValue: ("InvalidParameterValueException", 400, "message")
        case .invalidRequestContent: ("InvalidRequestContentException", 400, "message")
        case .resourceNotFound: ("ResourceNotFoundException", 404, "Message")
        case .resourceConflict: ("ResourceConflictException", 409, "message")
        case .requestTooLarge: ("RequestTooLargeException", 413, "message")
        case .unsupportedMediaType: ("UnsupportedMediaTypeException", 415, "message")
        case .tooManyRequests: ("TooManyRequestsException", 429, "message")
        case .service: ("ServiceException", 500, "Message")
        case .resourceNotReady: ("ResourceNotReadyException", 502, "message")
        case .invalidRuntime: ("InvalidRuntimeException", 502, "Message")
        case .invalidZipFile: ("InvalidZipFileException", 502, "Message")
        case .snapStart: ("SnapStartException", 400, "Message")
        case .snapStartTimeout: ("SnapStartTimeoutException", 408, "Message")
        }
    }

    /// The exception's name, such as `ResourceNotFoundException`.
    package var type: String { self.shape.type }

    package var status: Int { self.shape.status }

    package var message: String {
        switch self {
        case .invalidParameterValue(let message), .invalidRequestContent(let message), .resourceNotFound(let message),
            .resourceConflict(let message), .requestTooLarge(let message), .unsupportedMediaType(let message),
            .service(let message), .resourceNotReady(let message), .invalidRuntime(let message),
            .invalidZipFile(let message), .snapStart(let message), .snapStartTimeout(let message):
            message
        case .tooManyRequests: "Rate Exceeded."
        }
    }

    /// The reply's fields but for its length, which the connection adds.
    package var fields: HTTPFields {
        var fields: HTTPFields = [.contentType: "application/json", InvokeResponseHeader.errorType: self.type]
        if case .tooManyRequests(_, let seconds?) = self {
            fields[InvokeResponseHeader.retryAfter] = String(seconds)
        }
        return fields
    }

    package var body: ByteBuffer {
        var object = JSONObject()
        if case .tooManyRequests(let reason, _) = self {
            object["Reason"] = .string(reason.rawValue)
        }
        object["Type"] = .string(self.status < 500 ? "User" : "Service")
        object[self.shape.messageMember] = .string(self.message)
        return object.serialized()
    }
}
