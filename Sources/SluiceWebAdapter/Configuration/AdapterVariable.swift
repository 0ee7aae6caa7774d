// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The variables that the adapter reads.
///
/// Those that begin with `AWS_LWA_` have the meaning that they have for AWS's own web adapter (its guide, "Environment
/// variables"), so that a function can change from one to the other; the rest is ours.
package enum AdapterVariable: String, CaseIterable, Sendable {
    case port = "AWS_LWA_PORT"
    case host = "AWS_LWA_HOST"
    case readinessPort = "AWS_LWA_READINESS_CHECK_PORT"
    case readinessPath = "AWS_LWA_READINESS_CHECK_PATH"
    case readinessProtocol = "AWS_LWA_READINESS_CHECK_PROTOCOL"
    case readinessStatuses = "AWS_LWA_READINESS_CHECK_HEALTHY_STATUS"
    case asyncInit = "AWS_LWA_ASYNC_INIT"
    case removeBasePath = "AWS_LWA_REMOVE_BASE_PATH"
    case enableCompression = "AWS_LWA_ENABLE_COMPRESSION"
    case invokeMode = "AWS_LWA_INVOKE_MODE"
    case passThroughPath = "AWS_LWA_PASS_THROUGH_PATH"
    case authorizationSource = "AWS_LWA_AUTHORIZATION_SOURCE"
    case errorStatusCodes = "AWS_LWA_ERROR_STATUS_CODES"
    case runtimeAPIProxy = "AWS_LWA_LAMBDA_RUNTIME_API_PROXY"

    case socket = "SLUICE_ADAPTER_SOCKET"
    case readinessSeconds = "SLUICE_ADAPTER_READINESS_SECONDS"
    case metrics = "SLUICE_ADAPTER_METRICS"

    /// Older names of the same, which AWS's adapter still takes and warns of.
    package var deprecatedName: String? {
        switch self {
        case .host: "HOST"
        case .readinessPort: "READINESS_CHECK_PORT"
        case .readinessPath: "READINESS_CHECK_PATH"
        case .readinessProtocol: "READINESS_CHECK_PROTOCOL"
        case .removeBasePath: "REMOVE_BASE_PATH"
        case .asyncInit: "ASYNC_INIT"
        default: nil
        }
    }

    /// A name that is as good: `PORT` is what applications themselves read.
    package var otherName: String? { self == .port ? "PORT" : nil }

    static let prefixes = ["AWS_LWA_", "SLUICE_ADAPTER_"]

    /// What somebody may have meant who wrote a name that is none: with no more than a third of its own letters changed, or two of
    /// at least four. What stands before them is the same for most.
    static func nearest(to name: String) -> Self? {
        func own(_ name: String) -> Substring {
            self.prefixes.first(where: name.hasPrefix).map { name.dropFirst($0.count) } ?? name[...]
        }
        let candidates = Self.allCases.map { ($0, EditDistance.between(name, $0.rawValue)) }
        guard let (best, changes) = candidates.min(by: { $0.1 < $1.1 }) else { return nil }
        let letters = max(own(name).utf8.count, own(best.rawValue).utf8.count)
        return changes * 3 <= letters || (changes <= 2 && own(name).utf8.count >= 4) ? best : nil
    }
}

/// How many letters are to be put in, taken out or changed until one word is another.
enum EditDistance {
    static func between(_ first: String, _ second: String) -> Int {
        let other = Array(second.utf8)
        var row = Array(0...other.count)
        for (index, byte) in first.utf8.prefix(256).enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let changed = diagonal + (byte == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
