// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceHTTPServer
internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
private let descriptors = RLIMIT_NOFILE
#elseif canImport(Musl)
internal import Musl
private let descriptors = RLIMIT_NOFILE
#else
internal import Glibc
private let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#endif

/// How many files and sockets this process may have open at once, which functions inherit.
///
/// Systems begin with 1,024 or 256, of which 1,000 streams need twice as many and more. What a process may ask for by
/// itself is its hard limit.
enum OpenFiles {
    /// Raises the limit to what is needed, or as far as the system lets it. Answers what it is then.
    @discardableResult
    static func allow(_ needed: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(descriptors, &limit) == 0 else { return 0 }
        let wanted = rlim_t(max(0, needed))
        guard limit.rlim_cur < wanted else { return Int(clamping: limit.rlim_cur) }
        let former = limit.rlim_cur
        limit.rlim_cur = min(wanted, limit.rlim_max)
        // More than the hard limit, or more than the kernel has, is refused: what there was stays.
        guard setrlimit(descriptors, &limit) == 0 else { return Int(clamping: former) }
        return Int(clamping: limit.rlim_cur)
    }
}

extension EmulatorConfiguration {
    /// What the service needs at most: a caller and a runtime's connection for each invocation, and what environments have.
    var descriptors: Int {
        let environments = self.functions.reduce(0) { $0 + max(1, $1.concurrency) }
        let ofEnvironments = min(environments, self.accountConcurrency) * Limits.environmentDescriptors
        return self.callerBounds.connections + 2 * self.invocationsAtOnce + ofEnvironments + Limits.spareDescriptors
    }
}
