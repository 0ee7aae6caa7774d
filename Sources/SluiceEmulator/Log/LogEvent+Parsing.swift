// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceServiceWire
package import SluiceWire

extension LogEvent {
    /// Reads what the feed of events has written; `nil` for a type that is not known here.
    package init?(json object: JSONObject) {
        guard let time = object["epochMilliseconds"]?.intValue, let kind = Kind(json: object) else { return nil }
        self.init(epochMilliseconds: Int64(time), function: object["function"]?.stringValue, kind: kind)
        self.environment = object["environment"]?.intValue
    }
}

extension LogEvent.Kind {
    fileprivate init?(json object: JSONObject) {
        let environment = object["environment"]?.intValue ?? 0
        let requestID = object["requestId"]?.stringValue ?? ""
        func text(_ name: String) -> String { object[name]?.stringValue ?? "" }
        switch object["type"]?.stringValue {
        case "environment.starting":
            self = .environmentStarting(
                environment: environment,
                region: text("region"),
                followsReset: object["followsReset"]?.boolValue ?? false
            )
        case "environment.ready":
            self = .initFinished(environment: environment, after: object.time("durationNanoseconds"))
        case "environment.snapshot":
            self = .snapshotTaken(environment: environment, after: object.time("durationNanoseconds"))
        case "environment.restored":
            self = .restored(environment: environment, after: object.time("durationNanoseconds"))
        case "environment.frozen": self = .frozen(environment: environment)
        case "environment.thawed": self = .thawed(environment: environment)
        case "environment.shutdown":
            guard let reason = ShutdownReason(rawValue: text("reason")) else { return nil }
            self = .shuttingDown(environment: environment, reason: reason)
        case "environment.ended": self = .environmentEnded(environment: environment, reason: text("reason"))
        case "environment.initReport":
            self = .initReport(
                LogEvent.InitReport(
                    duration: object.time("durationNanoseconds"),
                    phase: text("phase"),
                    errorType: object["errorType"]?.stringValue
                )
            )
        case "function.output": self = .output(environment: environment, line: text("line"))
        case "invocation.start": self = .start(requestID: requestID)
        case "invocation.end": self = .end(requestID: requestID)
        case "invocation.report": self = .report(LogEvent.Report(json: object))
        case "invocation.failed":
            self = .invocationFailed(requestID: requestID, errorType: text("errorType"), message: text("message"))
        case "request": self = .request(LogEvent.RequestSummary(json: object))
        case "note": self = .note(text("message"))
        case "code.renewed":
            self = .renewed(
                LogEvent.Renewal(
                    ended: object["ended"]?.intValue ?? 0,
                    finishing: object["finishing"]?.intValue ?? 0
                )
            )
        case "watch":
            guard let news = WatchNews(json: object) else { return nil }
            self = .watch(news)
        default:
            guard let news = ExtensionNews(json: object, environment: environment) else { return nil }
            self = .extensions(news)
        }
    }
}

extension WatchNews {
    fileprivate init?(json object: JSONObject) {
        let paths = object["paths"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let count = object["count"]?.intValue ?? paths.count
        switch object["news"]?.stringValue {
        case "watchingFunction":
            self = .watchingFunction(object["watchedFunction"]?.stringValue ?? "", WatchScope(json: object, paths))
        case "watching": self = .watching(files: count, paths: paths)
        case "tooManyFiles": self = .tooManyFiles(limit: object["limit"]?.intValue ?? 0)
        case "leftOut": self = .leftOut(paths: paths, count: count)
        case "changed": self = .changed(paths: paths, count: count)
        case "buildStarted":
            self = .buildStarted(command: object["command"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        case "buildOutput": self = .buildOutput(object["line"]?.stringValue ?? "")
        case "buildEnded":
            self = .buildEnded(
                object["failure"]?.stringValue.map { .failed($0) } ?? .succeeded,
                after: object.time("durationNanoseconds"),
                isFirst: object["isFirst"]?.boolValue ?? false
            )
        default: return nil
        }
    }
}

extension WatchScope {
    fileprivate init(json object: JSONObject, _ paths: [String]) {
        if let path = object["missing"]?.stringValue {
            self = .notThereYet(path)
        } else if let program = object["foundByPATH"]?.stringValue {
            self = .foundByPATH(program)
        } else {
            self = .files(paths)
        }
    }
}

extension LogEvent.Report {
    fileprivate init(json object: JSONObject) {
        self.init(
            requestID: object["requestId"]?.stringValue ?? "",
            duration: object.time("durationNanoseconds"),
            initDuration: object["initDurationNanoseconds"].map { _ in object.time("initDurationNanoseconds") },
            restoreDuration: object["restoreDurationNanoseconds"].map { _ in object.time("restoreDurationNanoseconds")
            },
            memoryMegabytes: object["memoryMegabytes"]?.intValue ?? 0,
            maximumMemoryUsedMegabytes: object["maximumMemoryUsedMegabytes"]?.intValue,
            producedBytes: object["producedBytes"]?.intValue ?? 0,
            timedOut: object["timedOut"]?.boolValue ?? false,
            errorType: object["errorType"]?.stringValue
        )
    }
}

extension LogEvent.RequestSummary {
    fileprivate init(json object: JSONObject) {
        self.init(
            method: object["method"]?.stringValue ?? "",
            target: object["target"]?.stringValue ?? "",
            status: object["status"]?.intValue,
            timeToFirstByte: object["timeToFirstByteNanoseconds"].map { _ in object.time("timeToFirstByteNanoseconds")
            },
            duration: object.time("durationNanoseconds"),
            bytes: object["bytes"]?.intValue ?? 0,
            end: object["end"]?.stringValue.flatMap { End(rawValue: $0) } ?? .complete
        )
    }
}

extension JSONObject {
    fileprivate func time(_ name: String) -> TimeAmount { .nanoseconds(Int64(self[name]?.intValue ?? 0)) }
}
