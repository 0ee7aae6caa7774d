// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

public import HTTPTypes
internal import NIOCore
internal import SluiceWire

extension HTTPResult {
    /// A file, or the part of it that the request asks for.
    ///
    /// ```swift
    /// HTTPFunction { request, context in
    ///     switch request.path {
    ///     case "/film.mp4": try await .file(at: "/var/task/film.mp4", contentType: "video/mp4", for: request)
    ///     default: .text("there is no such page\n", status: .notFound)
    ///     }
    /// }.run()
    /// ```
    ///
    /// The file is read while it is sent, never held whole. What it gets for an answer (RFC 9110, sections 13 and 14):
    ///
    /// * 200 and all of it, also when several ranges are asked for, or what is no range
    /// * 206 and a part, for one range that `If-Range` does not forbid
    /// * 304 when `If-None-Match` or `If-Modified-Since` show that the caller has it
    /// * 412 when `If-Match` or `If-Unmodified-Since` do not hold
    /// * 416 when the range is beyond its end
    /// * 404 when it is not there or no regular file, and 403 when it may not be read
    ///
    /// `HEAD` gets the head of the answer. For methods beside `GET` and `HEAD` the conditions and the range do not count.
    ///
    /// The answer has `ETag`, `Last-Modified` and `Accept-Ranges`, and no `Content-Length`, which Lambda would rename. The
    /// entity tag is made of size and time of change; a file whose content changes while both stay, as a build may do
    /// that sets the time of its files, should change its name. A file that becomes shorter while it is sent ends the
    /// stream with an error. Lambda ends a stream after 200 MiB.
    ///
    /// - Parameters:
    ///   - path: Opened as it is; links are followed. Where it depends on the request, it is on the function to decide
    ///     which files there are: a path that a caller gave can lead anywhere.
    ///   - contentType: The file's media type, such as `image/png`.
    ///   - request: What is asked for.
    ///   - headers: Further fields of 200, 206 and 304, such as `Cache-Control`.
    /// - Throws: ``StreamError``: `unreadableFile` when it cannot be opened though it is there, such as for want of
    ///   descriptors, and `cancelled`.
    public static func file(
        at path: String,
        contentType: String,
        for request: FunctionRequest,
        headers: HTTPFields = [:]
    ) async throws(StreamError) -> Self {
        let file: OpenFile
        switch try await OpenFile.open(path) {
        case .file(let opened): file = opened
        case .notFound: return self.refusal(.notFound, request)
        case .notAllowed: return self.refusal(.forbidden, request)
        }
        let answer = FileAnswer(to: request.method, request.headers, for: file.state)
        let fields = answer.fields(of: file.state, contentType: contentType)
        switch answer {
        case .preconditionFailed, .unsatisfiable:
            return self.refusal(answer.status, request, fields)
        case .notModified:
            return Self(status: answer.status, headers: fields.filled(from: headers))
        case .whole, .part:
            var result = Self(status: answer.status, headers: fields.filled(from: headers))
            if request.method != .head, let range = answer.bytes(of: file.state) {
                result.body = .stream { writer in try await Self.write(range, of: file, to: writer) }
            }
            return result
        }
    }

    private static func write(
        _ range: Range<Int64>,
        of file: OpenFile,
        to writer: BodyWriter
    ) async throws(StreamError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(Int64(Limits.fileReadBytes), range.upperBound - offset))
            try await writer.write(file.read(at: offset, count: count))
            offset += Int64(count)
        }
    }

    /// Without the path, which is the function's own.
    private static func refusal(
        _ status: HTTPResponse.Status,
        _ request: FunctionRequest,
        _ headers: HTTPFields = [:]
    ) -> Self {
        var result = Self.text("\(status.code) \(status.reasonPhrase)\n", status: status)
        result.headers = result.headers.filled(from: headers)
        if request.method == .head {
            result.body = .empty
        }
        return result
    }
}
