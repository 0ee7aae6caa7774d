// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
internal import Synchronization

/// This process's standard output, for whole lines.
package enum StandardOutput {
    /// A pipe takes a line of a few pages in parts, between which another thread's would come.
    private static let lock = Mutex<Void>(())

    /// Writes a line with its end: in one call where the output takes it as a whole. What cannot be written is lost, as
    /// a log has nowhere to complain.
    package static func write(_ line: ByteBuffer) {
        self.lock.withLock { _ in
            line.withUnsafeReadableBytes { Platform.write($0, to: Platform.standardOutput) }
        }
    }
}
