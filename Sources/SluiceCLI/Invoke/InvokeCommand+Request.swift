// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser
internal import HTTPTypes
internal import NIOCore
internal import SluiceServiceWire
internal import SluiceWire

/// What the arguments come to.
extension InvokeCommand {
    func request() throws -> StreamRequest {
        let payload = try self.payload.map { try Payload.read($0) }
        let fields = try self.fields()
        var request: StreamRequest
        if HTTPAddress.isURL(self.target) {
            let url = try HTTPAddress(self.target)
            let method = self.method.flatMap { HTTPRequest.Method($0) } ?? (payload == nil ? .get : .post)
            request = StreamRequest(url: url, method: method, body: payload ?? ByteBuffer())
            if let payload {
                let isJSON = (try? JSONValue(parsing: payload)) != nil
                request.fields[.contentType] = isJSON ? "application/json" : RuntimeAPIHeader.defaultContentType
            }
        } else {
            request = StreamRequest(
                function: try self.function(),
                isStreaming: self.stream,
                endpoint: try HTTPAddress(self.endpoint),
                payload: payload ?? ByteBuffer(string: "{}"),
                wantsLog: self.log
            )
        }
        // What the user says replaces ours; a field that is said twice is sent twice.
        for field in fields { request.fields[field.name] = nil }
        for field in fields { request.fields.append(field) }
        return request
    }

    func certificates() throws -> CertificateAuthorities {
        guard let path = self.caFile else { return .system }
        do {
            return try .read(path, try HostProcess.readTextFile(path, for: "--ca-file \(path)"))
        } catch let error as CertificateAuthorities.Unusable {
            throw ValidationError("--ca-file: \(error).")
        }
    }

    func function() throws -> FunctionReference {
        do throws(InvokeError) {
            return try FunctionReference(parsing: self.target, qualifier: nil)
        } catch {
            throw ValidationError(error.message)
        }
    }

    func fields() throws -> HTTPFields {
        var fields = HTTPFields()
        for header in self.headers {
            let halves = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.dropFirst().first.map { String($0.drop { $0 == " " }) }
            guard let value, let name = halves.first.flatMap({ HTTPField.Name(String($0)) }),
                HTTPField.isValidValue(value)
            else { throw ValidationError("--header '\(header)' is no field; write it as 'Name: value'.") }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    static func explained<Value>(
        _ option: String,
        _ body: () throws(HTTPAddress.Malformed) -> Value
    ) throws -> Value {
        do throws(HTTPAddress.Malformed) {
            return try body()
        } catch {
            throw ValidationError("\(option)\(error).")
        }
    }
}
