// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Glibc)
internal import Glibc
#endif

/// What an X-Ray client of the process would read.
func traceVariable() -> String? {
    getenv("_X_AMZN_TRACE_ID").map { String(cString: $0) }
}
