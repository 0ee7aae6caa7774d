// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOPosix

/// The file of a Unix socket whose process has ended, as one that Lambda ended leaves it in `/tmp`. Most servers refuse to
/// start where it lies.
enum LeftoverSocket {
    /// Removes it if nobody listens there. Whatever else has that name stays.
    static func remove(_ path: String, on loop: any EventLoop) async {
        guard AdapterEnvironment.isSocket(path) else { return }
        do {
            try await ClientBootstrap(group: loop).connect(unixDomainSocketPath: path).get().close()
        } catch let error as IOError where AdapterEnvironment.isRefusal(error.errnoCode) {
            AdapterEnvironment.removeFile(path)
        } catch {
            // Somebody is there, or nobody may know.
        }
    }
}
