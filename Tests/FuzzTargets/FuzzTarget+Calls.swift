// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import NIOCore
import SluiceServiceWire
import SluiceWire

extension FuzzTarget {
    /// A line for the target, and fields: a call of Lambda's API, or of the Runtime API.
    static func tryInvokeCalls(_ input: [UInt8]) throws(FuzzFinding) {
        var input = FuzzInput(input)
        let target = input.line()
        switch Result(catching: { () throws(InvokeError) in try InvokeRoute(method: .post, target: target) }) {
        case .success(let route?): try Self.tryRoute(route)
        case .success(nil): break
        case .failure(let error): try Self.tryError(error)
        }
        if let route = RuntimeAPIRoute(path: target) {
            try require(RuntimeAPIRoute(path: route.path) == route, "another route: \(route.path)")
        }
        let fields = input.fields()
        for isStreaming in [false, true] {
            switch Result(catching: { () throws(InvokeError) in
                try InvokeRequestOptions(fields, isStreaming: isStreaming)
            }) {
            case .success(let options):
                // It becomes a field of the Runtime API's.
                let breaks = (options.clientContext ?? "").utf8.contains { $0 < 0x20 }
                try require(!breaks, "a client context that breaks a line")
            case .failure(let error):
                try Self.tryError(error)
            }
        }
        let function = Result { () throws(InvokeError) in try FunctionReference(parsing: target, qualifier: nil) }
        if case .failure(let error) = function { try Self.tryError(error) }
    }

    /// A client that asks for what was read names the same.
    private static func tryRoute(_ route: InvokeRoute) throws(FuzzFinding) {
        let read = Result { () throws(InvokeError) in try InvokeRoute(method: .post, target: route.target) }
        guard case .success(let again?) = read else { throw FuzzFinding("\(route.target) is no route") }
        try require(again.isStreaming == route.isStreaming, "another call: \(route.target)")
        try require(again.function.name == route.function.name, "another function: \(route.target)")
        try require(again.function.qualifier == route.function.qualifier, "another qualifier: \(route.target)")
    }

    private static func tryError(_ error: InvokeError) throws(FuzzFinding) {
        try require((400...599).contains(error.status), "the status \(error.status)")
        try require((try? JSONValue(parsing: error.body))?.objectValue != nil, "no JSON object: \(error.body)")
        for field in error.fields {
            let breaks = field.value.utf8.contains { $0 < 0x20 || $0 == 0x7F }
            try require(!breaks, "a line break in \(field)")
        }
    }

    /// The small languages of single fields and names.
    static func tryFields(_ input: [UInt8]) throws(FuzzFinding) {
        var input = FuzzInput(input)
        let text = input.line()
        let length = Int64(input.byte()) << 8 | Int64(input.byte())
        if let range = ByteRange(field: text), case .part(let bytes) = range.resolved(length: length) {
            let isWithin = !bytes.isEmpty && bytes.lowerBound >= 0 && bytes.upperBound <= length
            try require(isWithin, "\(bytes) of \(length) bytes")
        }
        if let seconds = CivilTime.secondsSinceEpoch(httpDate: text) {
            let date = CivilTime(secondsSinceEpoch: seconds).httpDate
            try require(CivilTime.secondsSinceEpoch(httpDate: date) == seconds, "\(text) is read as \(date)")
        }
        if let tag = EntityTag(field: text) {
            try require(EntityTag(field: tag.field) == tag, "another tag: \(tag.field)")
        }
        _ = EntityTagCondition(field: text)
        _ = (MediaType(text).isText, MediaType(text).isTextOfResult)
        _ = QueryString.parameters(text)
        for cookie in CookieField.cookies(in: text) { try require(!cookie.isEmpty, "an empty cookie") }
        if let error = Self.failure({ () throws(FaultPlanError) in try FaultPlan(parsing: text) }) { _ = "\(error)" }
        if let record = GroupRecord(fileName: text) {
            try require(GroupRecord(fileName: record.fileName) == record, "another record: \(record)")
        }
        if let error = Self.failure({ () throws(CORSConfigurationError) in
            try CORSConfiguration(json: ByteBuffer(string: text))
        }) {
            _ = "\(error)"
        }
        var cors = CORSConfiguration(allowingEverythingFrom: ["https://*.example.com", "http://localhost:3000"])
        cors.allowCredentials = true
        let preflight: HTTPFields = [.origin: text, .accessControlRequestMethod: text]
        _ = cors.decide(method: .options, fields: preflight)
    }

    private static func failure<Value, Failure: Error>(_ body: () throws(Failure) -> Value) -> Failure? {
        do throws(Failure) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }
}
