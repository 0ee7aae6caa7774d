// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceServiceWire
package import SluiceWire

/// An event as the feed of events has it: `id`, `time`, `function` and `environment` if it concerns one, `type`, and what the type has.
extension LogEvent {
    package func json(number: Int) -> JSONObject {
        var object: JSONObject = [
            "id": .number(JSONNumber(number)),
            "time": .string(CivilTime.logTime(millisecondsSinceEpoch: self.epochMilliseconds)),
            "epochMilliseconds": .number(JSONNumber(self.epochMilliseconds)),
        ]
        if let function = self.function { object["function"] = .string(function) }
        if let environment = self.environment { object["environment"] = .number(JSONNumber(environment)) }
        self.kind.write(to: &object)
        return object
    }
}

extension LogEvent.Kind {
    fileprivate func write(to object: inout JSONObject) {
        switch self {
        case .environmentStarting(let environment, let region, let followsReset):
            object.put("environment.starting", environment)
            object["region"] = .string(region)
            if followsReset { object["followsReset"] = true }
        case .initFinished(let environment, let duration):
            object.put("environment.ready", environment)
            object["durationNanoseconds"] = .time(duration)
        case .snapshotTaken(let environment, let duration):
            object.put("environment.snapshot", environment)
            object["durationNanoseconds"] = .time(duration)
        case .restored(let environment, let duration):
            object.put("environment.restored", environment)
            object["durationNanoseconds"] = .time(duration)
        case .frozen(let environment):
            object.put("environment.frozen", environment)
        case .thawed(let environment):
            object.put("environment.thawed", environment)
        case .shuttingDown(let environment, let reason):
            object.put("environment.shutdown", environment)
            object["reason"] = .string(reason.rawValue)
        case .environmentEnded(let environment, let reason):
            object.put("environment.ended", environment)
            object["reason"] = .string(reason)
        case .output(let environment, let line):
            object.put("function.output", environment)
            object["line"] = .string(line)
        case .start(let requestID):
            object["type"] = "invocation.start"
            object["requestId"] = .string(requestID)
        case .end(let requestID):
            object["type"] = "invocation.end"
            object["requestId"] = .string(requestID)
        case .report(let report):
            report.write(to: &object)
        case .initReport(let report):
            object["type"] = "environment.initReport"
            object["durationNanoseconds"] = .time(report.duration)
            object["phase"] = .string(report.phase)
            object["status"] = .string(report.status)
            if let type = report.errorType { object["errorType"] = .string(type) }
        case .invocationFailed(let requestID, let type, let message):
            object["type"] = "invocation.failed"
            object["requestId"] = .string(requestID)
            object["errorType"] = .string(type)
            object["message"] = .string(message)
        case .request(let summary):
            summary.write(to: &object)
        case .note(let text):
            object["type"] = "note"
            object["message"] = .string(text)
        case .renewed(let renewal):
            object["type"] = "code.renewed"
            object["ended"] = .number(JSONNumber(renewal.ended))
            object["finishing"] = .number(JSONNumber(renewal.finishing))
        case .watch(let news):
            object["type"] = "watch"
            news.write(to: &object)
        case .extensions(let news):
            news.write(to: &object)
        }
    }
}

extension LogEvent.Report {
    fileprivate func write(to object: inout JSONObject) {
        object["type"] = "invocation.report"
        object["requestId"] = .string(self.requestID)
        object["durationNanoseconds"] = .time(self.duration)
        if let duration = self.initDuration { object["initDurationNanoseconds"] = .time(duration) }
        if let duration = self.restoreDuration { object["restoreDurationNanoseconds"] = .time(duration) }
        object["memoryMegabytes"] = .number(JSONNumber(self.memoryMegabytes))
        if let used = self.maximumMemoryUsedMegabytes {
            object["maximumMemoryUsedMegabytes"] = .number(JSONNumber(used))
        }
        object["producedBytes"] = .number(JSONNumber(self.producedBytes))
        object["timedOut"] = .bool(self.timedOut)
        if let type = self.errorType { object["errorType"] = .string(type) }
    }
}

extension LogEvent.RequestSummary {
    fileprivate func write(to object: inout JSONObject) {
        object["type"] = "request"
        object["method"] = .string(self.method)
        object["target"] = .string(self.target)
        if let status = self.status { object["status"] = .number(JSONNumber(status)) }
        if let time = self.timeToFirstByte { object["timeToFirstByteNanoseconds"] = .time(time) }
        object["durationNanoseconds"] = .time(self.duration)
        object["bytes"] = .number(JSONNumber(self.bytes))
        object["end"] = .string(self.end.rawValue)
    }
}

extension WatchNews {
    fileprivate func write(to object: inout JSONObject) {
        switch self {
        case .watchingFunction(let name, let scope):
            object["news"] = "watchingFunction"
            object["watchedFunction"] = .string(name)
            switch scope {
            case .files(let paths): object["paths"] = .strings(paths)
            case .notThereYet(let path): object["missing"] = .string(path)
            case .foundByPATH(let program): object["foundByPATH"] = .string(program)
            }
        case .watching(let files, let paths):
            object["news"] = "watching"
            object.put(paths, files)
        case .tooManyFiles(let limit):
            object["news"] = "tooManyFiles"
            object["limit"] = .number(JSONNumber(limit))
        case .leftOut(let paths, let count):
            object["news"] = "leftOut"
            object.put(paths, count)
        case .changed(let paths, let count):
            object["news"] = "changed"
            object.put(paths, count)
        case .buildStarted(let command):
            object["news"] = "buildStarted"
            object["command"] = .strings(command)
        case .buildOutput(let line):
            object["news"] = "buildOutput"
            object["line"] = .string(line)
        case .buildEnded(let end, let duration, let isFirst):
            object["news"] = "buildEnded"
            object["durationNanoseconds"] = .time(duration)
            object["isFirst"] = .bool(isFirst)
            if case .failed(let reason) = end { object["failure"] = .string(reason) }
        }
    }
}

extension JSONObject {
    fileprivate mutating func put(_ type: String, _ environment: Int) {
        self["type"] = .string(type)
        self["environment"] = .number(JSONNumber(environment))
    }

    fileprivate mutating func put(_ paths: [String], _ count: Int) {
        self["paths"] = .strings(paths)
        self["count"] = .number(JSONNumber(count))
    }
}

extension JSONValue {
    fileprivate static func time(_ time: TimeAmount) -> Self { .number(JSONNumber(time.nanoseconds)) }
    fileprivate static func strings(_ texts: [String]) -> Self { .array(texts.map { .string($0) }) }
}
